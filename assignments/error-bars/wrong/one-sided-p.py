# ---
# title: The p-value counts one side only.
# loses:
#   test-paired-visible: 1
#   test-paired-mcnemar: 1
# ---
# %% paired-delta
def paired_delta(a: pd.Series, b: pd.Series) -> tuple[float, float, float]:
    difference = b - a
    only_a, only_b = int((difference < 0).sum()), int((difference > 0).sum())
    se = difference.std(ddof=1) / np.sqrt(len(difference))
    p = 1.0
    if only_a + only_b:
        p = stats.binomtest(only_b, only_a + only_b, alternative="greater").pvalue
    return float(difference.mean()), float(se), float(p)
