# ---
# title: The factor C / (C - 1) is missing.
# loses:
#   test-clustered-visible: 1
#   test-clustered-unequal: 1
#   test-clustered-copies: 1
# ---
# %% clustered-interval
def clustered_interval(score, document, level: float = 0.95) -> tuple[float, float, float, float]:
    score = np.asarray(score, dtype=float)
    mean = score.mean()
    sums = pd.Series(score - mean).groupby(np.asarray(document)).sum()
    se = np.sqrt((sums**2).sum()) / len(score)
    half = stats.t.ppf((1 + level) / 2, df=len(sums) - 1) * se
    return float(mean), float(se), float(mean - half), float(mean + half)
