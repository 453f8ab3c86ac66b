# ---
# title: A class is in the set when its probability exceeds alpha; nothing is calibrated.
# loses:
#   test-sets-library: 1
#   test-sets-promise: 1
#   test-sets-infinite: 1
# ---
# %% prediction-sets
def prediction_sets(calibration, labels, new, alpha: float) -> np.ndarray:
    return new > alpha
