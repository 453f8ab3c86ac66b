# ---
# title: Each bin counts the same, however many rows it holds.
# loses:
#   test-error-visible: 1
#   test-error-edges: 1
#   test-error-bins: 2
# ---
# %% calibration-error
def calibration_error(confidence, right, bins: int = 15) -> float:
    confidence, right = np.asarray(confidence, dtype=float), np.asarray(right, dtype=float)
    index = np.searchsorted(np.linspace(0, 1, bins + 1)[1:-1], confidence, side="left")
    gaps = [abs(right[index == b].mean() - confidence[index == b].mean()) for b in np.unique(index)]
    return float(np.mean(gaps))
