# ---
# title: Mean and standard deviation are those of all samples, the left-out basin too.
# loses: {test-unseen-library: 1, test-unseen-features: 2}
# ---
# %% predict-unseen
def predict_unseen(features, y, group, strength):
    guesses = np.empty(len(y))
    spread = features.std(axis=0)
    scaled = (features - features.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    for name in np.unique(group):
        out = np.asarray(group) == name
        level, shift = y[~out].mean(), scaled[~out].mean(axis=0)
        z = scaled[~out] - shift
        w = np.linalg.solve(z.T @ z + strength * np.eye(z.shape[1]), z.T @ (y[~out] - level))
        guesses[out] = (scaled[out] - shift) @ w + level
    return guesses
