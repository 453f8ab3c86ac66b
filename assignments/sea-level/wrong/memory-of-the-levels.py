# ---
# title: The memory is that of the levels, trend included, and not of the residuals.
# loses: {test-error-example: 1, test-error-gaps: 1, test-error-theory: 2}
# ---
# %% honest-error
def honest_error(year, level):
    year, level = np.asarray(year, dtype=float), np.asarray(level, dtype=float)
    use = np.isfinite(level)
    year, level = year[use], level[use]
    x = year - year.mean()
    rest = level - level.mean() - (x @ level) / (x @ x) * x
    naive = np.sqrt(rest @ rest / (x.size - 2) / (x @ x))
    pairs = np.diff(year) == 1
    r = max(float(np.corrcoef(level[:-1][pairs], level[1:][pairs])[0, 1]), 0.0)
    return float(naive * np.sqrt((1 + r) / (1 - r))), r
