# ---
# title: Each candidate is scored on the objects that it learned from.
# loses:
#   test-nested-blind: 1
#   test-nested-parts: 1
# ---
# %% nested-predictions
def nested_predictions(X, y, fold, candidates):
    X, y, fold = np.asarray(X), np.asarray(y), np.asarray(fold)
    said, chosen = np.empty(len(y), dtype=object), {}
    for k in np.unique(fold).tolist():
        rest = fold != k
        classes = sorted(set(y[rest].tolist()))
        scores = [
            macro_f1(y[rest], np.asarray(each(X[rest], y[rest], X[rest])), classes)
            for each in candidates
        ]
        chosen[k] = int(np.argmax(scores))
        said[~rest] = np.asarray(candidates[chosen[k]](X[rest], y[rest], X[~rest]), dtype=object)
    return said.astype(str), chosen
