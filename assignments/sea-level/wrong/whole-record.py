# ---
# title: The first and the last year are ignored.
# loses: {test-trend-coverage: 2}
# ---
# %% trend
def trend(year, level, first, last, coverage):
    year, level = np.asarray(year, dtype=float), np.asarray(level, dtype=float)
    use = np.isfinite(level)
    if use.sum() < 3 or use.sum() < coverage * (last - first + 1):
        return float("nan")
    x = year[use] - year[use].mean()
    return float(x @ level[use] / (x @ x))
