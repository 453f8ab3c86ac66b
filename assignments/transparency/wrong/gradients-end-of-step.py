# ---
# title: The gradient is taken at the end of each step, not in its middle.
# loses:
#   test-gradients-visible: 1
#   test-gradients-middle: 1
#   test-gradients-baseline: 1
# ---
# %% integrated-gradients
def integrated_gradients(gradient, x, baseline, steps: int) -> np.ndarray:
    x, baseline = np.asarray(x, dtype=float), np.asarray(baseline, dtype=float)
    points = [baseline + (k + 1) / steps * (x - baseline) for k in range(steps)]
    return (x - baseline) * np.mean([gradient(point) for point in points], axis=0)
