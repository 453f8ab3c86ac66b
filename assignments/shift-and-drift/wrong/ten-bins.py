# ---
# title: The samples are counted in ten bins first.
# loses:
#   test-distance-ties: 2
#   test-distance-invariance: 1
# ---
# %% ks-distance
def ks_distance(a, b) -> float:
    a, b = np.sort(a), np.sort(b)
    edges = np.histogram_bin_edges(np.concatenate([a, b]), bins=10)
    share_a, share_b = np.histogram(a, edges)[0] / len(a), np.histogram(b, edges)[0] / len(b)
    return float(np.abs(np.cumsum(share_a - share_b)).max())
