# ---
# title: The bins hold equally many rows and are not of equal width.
# loses:
#   test-error-visible: 1
#   test-error-edges: 1
#   test-error-bins: 2
# ---
# %% calibration-error
def calibration_error(confidence, right, bins: int = 15) -> float:
    confidence, right = np.asarray(confidence, dtype=float), np.asarray(right, dtype=float)
    order = np.argsort(confidence, kind="stable")
    parts = np.array_split(order, bins)
    total = sum(abs((right[part] - confidence[part]).sum()) for part in parts)
    return float(total / len(confidence))
