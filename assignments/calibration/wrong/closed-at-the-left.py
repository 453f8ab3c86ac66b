# ---
# title: The bins are closed at the left, so an edge falls into the bin above.
# loses:
#   test-error-edges: 1
# ---
# %% calibration-error
def calibration_error(confidence, right, bins: int = 15) -> float:
    confidence, right = np.asarray(confidence, dtype=float), np.asarray(right, dtype=float)
    index = np.minimum((confidence * bins + 1e-9).astype(int), bins - 1)
    gaps = np.bincount(index, weights=right - confidence, minlength=bins)
    return float(np.abs(gaps).sum() / len(confidence))
