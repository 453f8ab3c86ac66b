# ---
# title: Only the values of the first sample are looked at.
# loses:
#   test-distance-ties: 2
#   test-distance-invariance: 1
# ---
# %% ks-distance
def ks_distance(a, b) -> float:
    a, b = np.sort(a), np.sort(b)
    below_a = np.searchsorted(a, a, side="right") / len(a)
    below_b = np.searchsorted(b, a, side="right") / len(b)
    return float(np.abs(below_a - below_b).max())
