# ---
# title: Each column is tested at alpha, without a correction.
# loses:
#   test-columns-holm: 2
#   test-columns-promise: 1
#   test-columns-real: 1
# ---
# %% drifted-columns
def drifted_columns(old, new, alpha: float = 0.05) -> list[int]:
    m = old.shape[1]
    p = np.array([stats.ks_2samp(old[:, j], new[:, j]).pvalue for j in range(m)])
    return np.flatnonzero(p <= alpha).tolist()
