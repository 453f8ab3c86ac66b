# ---
# title: The mean is that of all winters, so the new ones leak into the test.
# loses: {test-unseen-mean: 2}
# ---
# %% score-unseen
def score_unseen(field, latitude, train):
    field, train = np.asarray(field, dtype=float), np.asarray(train, dtype=bool)
    first = eof(field[train], latitude)[2][0]
    weight = np.sqrt(np.cos(np.radians(latitude)))[:, None]
    anomaly = (field[~train] - field.mean(axis=0)) * weight
    along = np.nansum(anomaly * first * weight, axis=(1, 2))
    return float(np.sum(along**2) / np.nansum(anomaly**2))
