# ---
# title: The gradients are added up and not averaged.
# loses:
#   test-gradients-visible: 1
#   test-gradients-middle: 1
#   test-gradients-sum: 1
#   test-gradients-baseline: 1
# ---
# %% integrated-gradients
def integrated_gradients(gradient, x, baseline, steps: int) -> np.ndarray:
    x, baseline = np.asarray(x, dtype=float), np.asarray(baseline, dtype=float)
    points = [baseline + (k + 0.5) / steps * (x - baseline) for k in range(steps)]
    return (x - baseline) * np.sum([gradient(point) for point in points], axis=0)
