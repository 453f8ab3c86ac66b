# ---
# title: Single years are drawn again, whatever the block is.
# loses: {test-block-memory: 2, test-block-promise: 1}
# ---
# %% block-interval
def block_interval(year, level, block, draws=500, seed=0):
    rng = np.random.default_rng(seed)
    level = np.asarray(level, dtype=float)
    x = np.asarray(year, dtype=float) - np.mean(year)
    rate = x @ level / (x @ x)
    rest = level - level.mean() - rate * x
    which = rng.integers(0, x.size, size=(draws, x.size))
    low, high = np.percentile(rate + rest[which] @ x / (x @ x), [2.5, 97.5])
    return float(low), float(high)
