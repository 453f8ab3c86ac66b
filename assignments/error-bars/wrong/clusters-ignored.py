# ---
# title: The standard error counts answers and ignores the documents.
# loses:
#   test-clustered-visible: 1
#   test-clustered-unequal: 1
#   test-clustered-copies: 1
#   test-clustered-few: 1
#   test-clustered-promise: 2
# ---
# %% clustered-interval
def clustered_interval(score, document, level: float = 0.95) -> tuple[float, float, float, float]:
    score = np.asarray(score, dtype=float)
    mean = score.mean()
    se = score.std(ddof=1) / np.sqrt(len(score))
    half = stats.t.ppf((1 + level) / 2, df=len(score) - 1) * se
    return float(mean), float(se), float(mean - half), float(mean + half)
