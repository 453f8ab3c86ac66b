# ---
# title: The candidate with the best accuracy is chosen.
# loses:
#   test-nested-choice: 1
# ---
# %% nested-predictions
def nested_predictions(X, y, fold, candidates):
    X, y, fold = np.asarray(X), np.asarray(y), np.asarray(fold)

    def predict_each(candidate, parts):
        said = np.empty(len(parts), dtype=object)
        for part in np.unique(fold[parts]):
            out, rest = parts[fold[parts] == part], parts[fold[parts] != part]
            said[fold[parts] == part] = np.asarray(
                candidate(X[rest], y[rest], X[out]), dtype=object
            )
        return said

    said, chosen = np.empty(len(y), dtype=object), {}
    for k in np.unique(fold).tolist():
        rest = np.flatnonzero(fold != k)
        scores = [np.mean(predict_each(each, rest) == y[rest]) for each in candidates]
        chosen[k] = int(np.argmax(scores))
        said[fold == k] = np.asarray(
            candidates[chosen[k]](X[rest], y[rest], X[fold == k]), dtype=object
        )
    return said.astype(str), chosen
