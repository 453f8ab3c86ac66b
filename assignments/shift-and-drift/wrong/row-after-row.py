# ---
# title: The two samples are walked row after row, so equal values count one by one.
# loses:
#   test-distance-ties: 2
#   test-distance-visible: 1
#   test-distance-invariance: 1
# ---
# %% ks-distance
def ks_distance(a, b) -> float:
    a, b = np.sort(a), np.sort(b)
    steps = np.r_[np.full(len(a), 1 / len(a)), np.full(len(b), -1 / len(b))]
    order = np.argsort(np.concatenate([a, b]), kind="stable")
    return float(np.abs(np.cumsum(steps[order])).max())
