# ---
# title: The score is that of the training winters.
# loses: {test-unseen-mean: 2, test-unseen-noise: 1}
# ---
# %% score-unseen
def score_unseen(field, latitude, train):
    field, train = np.asarray(field, dtype=float), np.asarray(train, dtype=bool)
    return float(eof(field[train], latitude)[0][0])
