# ---
# title: The candidate that is best on the fold is chosen for the fold.
# loses:
#   test-nested-choice: 1
#   test-nested-blind: 1
# ---
# %% nested-predictions
def nested_predictions(X, y, fold, candidates):
    X, y, fold = np.asarray(X), np.asarray(y), np.asarray(fold)
    said, chosen = np.empty(len(y), dtype=object), {}
    for k in np.unique(fold).tolist():
        out, rest = fold == k, fold != k
        answers = [np.asarray(each(X[rest], y[rest], X[out]), dtype=object) for each in candidates]
        classes = sorted(set(y[rest].tolist()))
        scores = [macro_f1(y[out], answer, classes) for answer in answers]
        chosen[k] = int(np.argmax(scores))
        said[out] = answers[chosen[k]]
    return said.astype(str), chosen
