# ---
# title: The scale is learned from all rows, the test fold included.
# loses:
#   test-honest-rows: 1
# ---
# %% honest-predictions
def honest_predictions(X, y, fold, k: int = 20):
    X = StandardScaler().fit_transform(X)
    predicted = np.zeros(len(y), dtype=int)
    for number in np.unique(fold):
        test = fold == number
        model = make_pipeline(SelectKBest(f_classif, k=k), LogisticRegression(max_iter=1000))
        predicted[test] = model.fit(X[~test], y[~test]).predict(X[test])
    return predicted
