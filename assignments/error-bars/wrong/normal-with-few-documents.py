# ---
# title: "The normal point is used in place of Student's t with few documents."
# loses:
#   test-clustered-few: 1
# ---
# %% clustered-interval
def clustered_interval(score, document, level: float = 0.95) -> tuple[float, float, float, float]:
    score = np.asarray(score, dtype=float)
    mean = score.mean()
    sums = pd.Series(score - mean).groupby(np.asarray(document)).sum()
    documents = len(sums)
    se = np.sqrt(documents / (documents - 1) * (sums**2).sum()) / len(score)
    half = stats.norm.ppf((1 + level) / 2) * se
    return float(mean), float(se), float(mean - half), float(mean + half)
