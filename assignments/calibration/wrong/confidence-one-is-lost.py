# ---
# title: A confidence of exactly 1 falls into no bin.
# loses:
#   test-error-edges: 1
# ---
# %% calibration-error
def calibration_error(confidence, right, bins: int = 15) -> float:
    confidence, right = np.asarray(confidence, dtype=float), np.asarray(right, dtype=float)
    total = 0.0
    for b in range(bins):
        inside = (confidence >= b / bins) & (confidence < (b + 1) / bins)
        if inside.any():
            gap = abs(right[inside].mean() - confidence[inside].mean())
            total += inside.sum() / len(confidence) * gap
    return float(total)
