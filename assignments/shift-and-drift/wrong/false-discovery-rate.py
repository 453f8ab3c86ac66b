# ---
# title: The method of Benjamini and Hochberg is used, which promises something else.
# loses:
#   test-columns-holm: 2
# ---
# %% drifted-columns
def drifted_columns(old, new, alpha: float = 0.05) -> list[int]:
    m = old.shape[1]
    p = np.array([stats.ks_2samp(old[:, j], new[:, j]).pvalue for j in range(m)])
    order = np.argsort(p, kind="stable")
    good = np.flatnonzero(p[order] <= alpha * (np.arange(m) + 1) / m)
    return sorted(int(j) for j in order[: good[-1] + 1]) if len(good) else []
