# ---
# title: The path begins at zero, whatever the baseline is.
# loses:
#   test-gradients-sum: 1
#   test-gradients-baseline: 1
# ---
# %% integrated-gradients
def integrated_gradients(gradient, x, baseline, steps: int) -> np.ndarray:
    x = np.asarray(x, dtype=float)
    points = [(k + 0.5) / steps * x for k in range(steps)]
    return x * np.mean([gradient(point) for point in points], axis=0)
