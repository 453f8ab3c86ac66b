# ---
# title: The columns are chosen with the labels of all folds.
# loses:
#   test-honest-labels: 1
#   test-honest-noise: 1
# ---
# %% honest-predictions
def honest_predictions(X, y, fold, k: int = 20):
    X = SelectKBest(f_classif, k=k).fit_transform(X, y)
    predicted = np.zeros(len(y), dtype=int)
    for number in np.unique(fold):
        test = fold == number
        model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
        predicted[test] = model.fit(X[~test], y[~test]).predict(X[test])
    return predicted
