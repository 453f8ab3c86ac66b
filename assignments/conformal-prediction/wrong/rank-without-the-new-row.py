# ---
# title: "The rank is n (1 - alpha), rounded up: the new row is not counted."
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
    rank = max(1, math.ceil(len(scores) * (1 - alpha) - 1e-9))
    return float(np.sort(scores)[rank - 1])
