# ---
# title: The values are correlated, not their ranks.
# loses: {test-ranks-example: 1, test-ranks-ties: 1, test-ranks-missing: 1}
# ---
# %% rank-correlation
def rank_correlation(x, y):
    both = np.isfinite(x) & np.isfinite(y)
    return float(np.corrcoef(np.asarray(x)[both], np.asarray(y)[both])[0, 1])
