# ---
# title: The two forecasts are judged on different months of each draw.
# loses: {test-interval-paired: 1}
# ---
# %% skill-interval
def skill_interval(truth, yours, baseline, block, draws=500, seed=0):
    rng = np.random.default_rng(seed)
    truth = np.asarray(truth, dtype=float)

    def drawn(error):
        starts = rng.integers(0, truth.size - block + 1, size=(draws, -(-truth.size // block)))
        months = (starts[:, :, None] + np.arange(block)).reshape(draws, -1)[:, : truth.size]
        return error[months].mean(axis=1)

    ours, theirs = (np.asarray(yours) - truth) ** 2, (np.asarray(baseline) - truth) ** 2
    low, high = np.percentile(1 - drawn(ours) / drawn(theirs), [2.5, 97.5])
    return 1 - ours.mean() / theirs.mean(), low, high
