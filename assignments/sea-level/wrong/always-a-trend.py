# ---
# title: A trend is given however much is missing.
# loses: {test-trend-coverage: 2}
# ---
# %% trend
def trend(year, level, first, last, coverage):
    year, level = np.asarray(year, dtype=float), np.asarray(level, dtype=float)
    use = np.isfinite(level) & (year >= first) & (year <= last)
    x = year[use] - year[use].mean()
    return float(x @ level[use] / (x @ x))
