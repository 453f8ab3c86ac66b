# ---
# title: The levels are drawn again, and not the residuals, so the trend is destroyed.
# loses: {test-block-example: 1, test-block-memory: 2, test-block-centre: 1, test-block-promise: 1}
# ---
# %% block-interval
def block_interval(year, level, block, draws=500, seed=0):
    rng = np.random.default_rng(seed)
    level = np.asarray(level, dtype=float)
    x = np.asarray(year, dtype=float) - np.mean(year)
    count = -(-x.size // block)
    starts = rng.integers(0, x.size - block + 1, size=(draws, count))
    which = (starts[:, :, None] + np.arange(block)).reshape(draws, -1)[:, : x.size]
    low, high = np.percentile((level - level.mean())[which] @ x / (x @ x), [2.5, 97.5])
    return float(low), float(high)
