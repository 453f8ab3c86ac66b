# ---
# title: The answers are paired by position, not by the name of the question.
# loses:
#   test-paired-order: 1
# ---
# %% paired-delta
def paired_delta(a: pd.Series, b: pd.Series) -> tuple[float, float, float]:
    difference = b.to_numpy() - a.to_numpy()
    only_a, only_b = int((difference < 0).sum()), int((difference > 0).sum())
    se = difference.std(ddof=1) / np.sqrt(len(difference))
    p = stats.binomtest(only_b, only_a + only_b).pvalue if only_a + only_b else 1.0
    return float(difference.mean()), float(se), float(p)
