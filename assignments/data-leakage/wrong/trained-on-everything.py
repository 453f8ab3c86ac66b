# ---
# title: The model is trained on all rows and predicts the same rows.
# loses:
#   test-honest-labels: 1
#   test-honest-rows: 1
#   test-honest-noise: 1
# ---
# %% honest-predictions
def honest_predictions(X, y, fold, k: int = 20):
    model = make_pipeline(
        StandardScaler(), SelectKBest(f_classif, k=k), LogisticRegression(max_iter=1000)
    )
    return model.fit(X, y).predict(X)
