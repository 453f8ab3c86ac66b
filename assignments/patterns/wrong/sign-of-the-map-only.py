# ---
# title: The sign of the pattern is changed, and its series is forgotten.
# loses: {test-eof-back: 2}
# ---
# %% eof
def eof(field, latitude):
    field = np.asarray(field, dtype=float)
    anomaly = field - field.mean(axis=0)
    weight = np.sqrt(np.cos(np.radians(latitude)))[:, None] * np.ones(field.shape[2])
    sea = np.isfinite(anomaly).all(axis=0)
    left, size, right = np.linalg.svd(anomaly[:, sea] * weight[sea], full_matrices=False)
    patterns = np.full((size.size, *sea.shape), nan)
    patterns[:, sea] = right / weight[sea]
    values = patterns[:, sea]
    sign = np.sign(values[np.arange(size.size), np.abs(values).argmax(axis=1)])
    return size**2 / np.sum(size**2), left * size, patterns * sign[:, None, None]
