# ---
# title: The values are ranked first, and the pairs with gaps are left out afterwards.
# loses: {test-ranks-missing: 1}
# ---
# %% rank-correlation
def rank_correlation(x, y):
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    both = np.isfinite(x) & np.isfinite(y)
    first = stats.rankdata(x, nan_policy="omit")[both]
    second = stats.rankdata(y, nan_policy="omit")[both]
    return float(np.corrcoef(first, second)[0, 1])
