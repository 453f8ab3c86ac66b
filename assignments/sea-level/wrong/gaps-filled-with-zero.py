# ---
# title: Missing years are filled with zero.
# loses: {test-trend-example: 1, test-trend-elsewhere: 1, test-trend-coverage: 2}
# ---
# %% trend
def trend(year, level, first, last, coverage):
    year, level = np.asarray(year, dtype=float), np.nan_to_num(np.asarray(level, dtype=float))
    use = (year >= first) & (year <= last)
    if use.sum() < 3 or use.sum() < coverage * (last - first + 1):
        return float("nan")
    x = year[use] - year[use].mean()
    return float(x @ level[use] / (x @ x))
