# ---
# title: Values on both sides of a gap count as neighbours.
# loses: {test-error-gaps: 1}
# ---
# %% honest-error
def honest_error(year, level):
    year, level = np.asarray(year, dtype=float), np.asarray(level, dtype=float)
    use = np.isfinite(level)
    year, level = year[use], level[use]
    x = year - year.mean()
    rest = level - level.mean() - (x @ level) / (x @ x) * x
    naive = np.sqrt(rest @ rest / (x.size - 2) / (x @ x))
    r = max(float(np.corrcoef(rest[:-1], rest[1:])[0, 1]), 0.0)
    return float(naive * np.sqrt((1 + r) / (1 - r))), r
