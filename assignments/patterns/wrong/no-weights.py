# ---
# title: Every value counts alike, whatever its area.
# loses: {test-eof-area: 2, test-unseen-example: 1, test-unseen-mean: 2}
# ---
# %% eof
def eof(field, latitude):
    field = np.asarray(field, dtype=float)
    anomaly = field - field.mean(axis=0)
    sea = np.isfinite(anomaly).all(axis=0)
    left, size, right = np.linalg.svd(anomaly[:, sea], full_matrices=False)
    patterns = np.full((size.size, *sea.shape), nan)
    patterns[:, sea] = right
    sign = np.sign(right[np.arange(size.size), np.abs(right).argmax(axis=1)])
    return size**2 / np.sum(size**2), left * size * sign, patterns * sign[:, None, None]
