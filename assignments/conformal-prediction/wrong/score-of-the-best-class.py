# ---
# title: The score of a calibration row is that of the most probable class.
# loses:
#   test-sets-library: 1
#   test-sets-promise: 1
# ---
# %% prediction-sets
def prediction_sets(calibration, labels, new, alpha: float) -> np.ndarray:
    scores = 1 - calibration.max(axis=1)
    return (1 - new) <= conformal_threshold(scores, alpha)
