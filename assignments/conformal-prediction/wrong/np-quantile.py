# ---
# title: The threshold is np.quantile, which forgets the new row.
# loses:
#   test-threshold-visible: 1
#   test-threshold-rank: 1
#   test-threshold-infinite: 1
#   test-threshold-promise: 1
#   test-sets-visible: 1
#   test-sets-library: 1
#   test-sets-infinite: 1
#   test-groups-promise: 1
#   test-groups-small: 1
#   test-interval-sides: 1
# ---
# %% conformal-threshold
def conformal_threshold(scores, alpha: float) -> float:
    return float(np.quantile(scores, 1 - alpha))
