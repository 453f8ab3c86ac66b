# ---
# title: A score equal to the threshold is left out.
# loses:
#   test-sets-visible: 1
# ---
# %% prediction-sets
def prediction_sets(calibration, labels, new, alpha: float) -> np.ndarray:
    scores = 1 - calibration[np.arange(len(labels)), labels]
    return (1 - new) < conformal_threshold(scores, alpha)
