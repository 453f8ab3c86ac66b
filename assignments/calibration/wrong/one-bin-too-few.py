# ---
# title: The edges are linspace(0, 1, bins), so there is one bin too few.
# loses:
#   test-error-visible: 1
#   test-error-bins: 2
# ---
# %% calibration-error
def calibration_error(confidence, right, bins: int = 15) -> float:
    confidence, right = np.asarray(confidence, dtype=float), np.asarray(right, dtype=float)
    edges = np.linspace(0, 1, bins)
    index = np.searchsorted(edges[1:-1], confidence, side="left")
    gaps = np.bincount(index, weights=right - confidence, minlength=bins)
    return float(np.abs(gaps).sum() / len(confidence))
