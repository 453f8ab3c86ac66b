# ---
# title: Each record gets its own line on its own years, and the slopes are subtracted.
# loses: {test-two-ocean: 2, test-two-error: 1}
# ---
# %% land-difference
def land_difference(year, level_a, level_b):
    found = []
    for level in (np.asarray(level_a, dtype=float), np.asarray(level_b, dtype=float)):
        use = np.isfinite(level)
        x, y = np.asarray(year, dtype=float)[use], level[use]
        x = x - x.mean()
        rate = x @ y / (x @ x)
        rest = y - y.mean() - rate * x
        found.append((rate, np.sqrt(rest @ rest / (x.size - 2) / (x @ x))))
    (a, error_a), (b, error_b) = found
    return float(b - a), float(np.hypot(error_a, error_b))
