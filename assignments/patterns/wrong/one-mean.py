# ---
# title: One mean of all places is taken out, so the mean map becomes a pattern.
# loses:
#   test-eof-example: 1
#   test-eof-area: 2
#   test-eof-back: 2
#   test-unseen-example: 1
#   test-unseen-mean: 2
# ---
# %% eof
def eof(field, latitude):
    field = np.asarray(field, dtype=float)
    anomaly = field - np.nanmean(field) + 15
    weight = np.sqrt(np.cos(np.radians(latitude)))[:, None] * np.ones(field.shape[2])
    sea = np.isfinite(anomaly).all(axis=0)
    left, size, right = np.linalg.svd(anomaly[:, sea] * weight[sea], full_matrices=False)
    patterns = np.full((size.size, *sea.shape), nan)
    patterns[:, sea] = right / weight[sea]
    values = patterns[:, sea]
    sign = np.sign(values[np.arange(size.size), np.abs(values).argmax(axis=1)])
    return size**2 / np.sum(size**2), left * size * sign, patterns * sign[:, None, None]
