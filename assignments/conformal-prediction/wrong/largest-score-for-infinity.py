# ---
# title: With too few rows the largest score is returned.
# loses:
#   test-threshold-infinite: 1
#   test-sets-infinite: 1
#   test-groups-small: 1
# ---
# %% conformal-threshold
def conformal_threshold(scores, alpha: float) -> float:
    rank = math.ceil((len(scores) + 1) * (1 - alpha) - 1e-9)
    return float(np.sort(scores)[min(rank, len(scores)) - 1])
