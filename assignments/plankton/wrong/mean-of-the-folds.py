# ---
# title: Macro-F1 is computed in each inner fold, without the classes that it lacks, and averaged.
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
        scores = [
            np.mean(
                [
                    macro_f1(
                        y[rest][fold[rest] == part],
                        answer[fold[rest] == part],
                        sorted(set(y[rest][fold[rest] == part].tolist())),
                    )
                    for part in np.unique(fold[rest])
                ]
            )
            for answer in (predict_each(each, rest) for each in candidates)
        ]
        chosen[k] = int(np.argmax(scores))
        said[fold == k] = np.asarray(
            candidates[chosen[k]](X[rest], y[rest], X[fold == k]), dtype=object
        )
    return said.astype(str), chosen
