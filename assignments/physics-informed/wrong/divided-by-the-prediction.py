# ---
# title: "The error is divided by the norm of the prediction."
# loses: {test-error-norm: 1}
# ---
# %% error-elsewhere
def error_elsewhere(predicted, truth, measured):
    new = ~np.asarray(measured, dtype=bool)
    predicted, truth = np.asarray(predicted, dtype=float)[new], np.asarray(truth, dtype=float)[new]
    return float(np.linalg.norm(predicted - truth) / max(np.linalg.norm(predicted), 1e-300))
