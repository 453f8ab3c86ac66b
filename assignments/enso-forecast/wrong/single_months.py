# ---
# title: Single months are drawn again instead of blocks, so the error bar is that of white noise.
# loses: {test-interval-blocks: 2}
# ---
# %% skill-interval
def skill_interval(truth, yours, baseline, block, draws=500, seed=0):
    rng = np.random.default_rng(seed)
    truth = np.asarray(truth, dtype=float)
    ours, theirs = (np.asarray(yours) - truth) ** 2, (np.asarray(baseline) - truth) ** 2
    months = rng.integers(0, truth.size, size=(draws, truth.size))
    skills = 1 - ours[months].mean(axis=1) / theirs[months].mean(axis=1)
    low, high = np.percentile(skills, [2.5, 97.5])
    return 1 - ours.mean() / theirs.mean(), low, high
