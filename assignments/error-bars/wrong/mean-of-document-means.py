# ---
# title: Each document counts the same, however many questions it has.
# loses:
#   test-clustered-unequal: 1
# ---
# %% clustered-interval
def clustered_interval(score, document, level: float = 0.95) -> tuple[float, float, float, float]:
    means = pd.Series(np.asarray(score, dtype=float)).groupby(np.asarray(document)).mean()
    mean, se = means.mean(), means.std(ddof=1) / np.sqrt(len(means))
    half = stats.t.ppf((1 + level) / 2, df=len(means) - 1) * se
    return float(mean), float(se), float(mean - half), float(mean + half)
