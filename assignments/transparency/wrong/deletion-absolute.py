# ---
# title: The features with the largest absolute credit are deleted.
# loses:
#   test-deletion-signs: 1
# ---
# %% deletion-gap
def deletion_gap(probability, rows, credits, chance, fill, k: int) -> tuple[float, float, float]:
    rows, fill = np.asarray(rows, dtype=float), np.asarray(fill, dtype=float)
    before = np.asarray(probability(rows), dtype=float)

    def lost(scores):
        named = np.argsort(-np.asarray(scores), axis=1)[:, :k]
        deleted = rows.copy()
        np.put_along_axis(deleted, named, fill[named], axis=1)
        return before - np.asarray(probability(deleted), dtype=float)

    difference = lost(np.abs(credits)) - np.mean([lost(scores) for scores in chance], axis=0)
    mean, n = float(difference.mean()), len(rows)
    half = float(stats.t.ppf(0.975, n - 1) * difference.std(ddof=1) / math.sqrt(n))
    return mean, mean - half, mean + half
