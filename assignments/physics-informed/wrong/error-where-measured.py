# ---
# title: "The error is that of the measured values."
# loses: {test-error-example: 1, test-error-norm: 1}
# ---
# %% error-elsewhere
def error_elsewhere(predicted, truth, measured):
    new = np.asarray(measured, dtype=bool)
    predicted, truth = np.asarray(predicted, dtype=float)[new], np.asarray(truth, dtype=float)[new]
    return float(np.linalg.norm(predicted - truth) / np.linalg.norm(truth))
