# ---
# title: The mean of y is that of all samples, so the left-out basin shifts its own guesses.
# loses: {test-unseen-example: 1, test-unseen-library: 1, test-unseen-targets: 1}
# ---
# %% predict-unseen
def predict_unseen(features, y, group, strength):
    guesses = np.empty(len(y))
    for name in np.unique(group):
        out = np.asarray(group) == name
        mean, spread = features[~out].mean(axis=0), features[~out].std(axis=0)
        scaled = (features - mean) / np.where(spread > 0, spread, 1.0)
        z, level = scaled[~out], y.mean()
        w = np.linalg.solve(z.T @ z + strength * np.eye(z.shape[1]), z.T @ (y[~out] - level))
        guesses[out] = scaled[out] @ w + level
    return guesses
