# ---
# title: The inner folds are drawn at random, so the objects of one instrument stand on both sides.
# loses:
#   test-nested-parts: 1
# ---
# %% nested-predictions
def nested_predictions(X, y, fold, candidates):
    X, y, fold = np.asarray(X), np.asarray(y), np.asarray(fold)

    def predict_each(candidate, parts):
        said = np.empty(len(parts), dtype=object)
        inner = np.random.default_rng(0).permutation(len(parts)) % 5
        for part in range(5):
            out, rest = parts[inner == part], parts[inner != part]
            said[inner == part] = np.asarray(candidate(X[rest], y[rest], X[out]), dtype=object)
        return said

    said, chosen = np.empty(len(y), dtype=object), {}
    for k in np.unique(fold).tolist():
        rest = np.flatnonzero(fold != k)
        classes = sorted(set(y[rest].tolist()))
        scores = [macro_f1(y[rest], predict_each(each, rest), classes) for each in candidates]
        chosen[k] = int(np.argmax(scores))
        said[fold == k] = np.asarray(
            candidates[chosen[k]](X[rest], y[rest], X[fold == k]), dtype=object
        )
    return said.astype(str), chosen
