# ---
# title: The sign is that of the sea, not of the land.
# loses: {test-two-example: 1, test-two-ocean: 2}
# ---
# %% land-difference
def land_difference(year, level_a, level_b):
    difference = np.asarray(level_a, dtype=float) - np.asarray(level_b, dtype=float)
    use = np.isfinite(difference)
    x, y = np.asarray(year, dtype=float)[use], difference[use]
    x = x - x.mean()
    rate = x @ y / (x @ x)
    rest = y - y.mean() - rate * x
    return float(rate), float(np.sqrt(rest @ rest / (x.size - 2) / (x @ x)))
