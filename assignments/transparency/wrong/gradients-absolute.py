# ---
# title: The credits are absolute values, so what speaks against the answer is lost.
# loses:
#   test-gradients-sum: 1
# ---
# %% integrated-gradients
def integrated_gradients(gradient, x, baseline, steps: int) -> np.ndarray:
    x, baseline = np.asarray(x, dtype=float), np.asarray(baseline, dtype=float)
    points = [baseline + (k + 0.5) / steps * (x - baseline) for k in range(steps)]
    return np.abs((x - baseline) * np.mean([gradient(point) for point in points], axis=0))
