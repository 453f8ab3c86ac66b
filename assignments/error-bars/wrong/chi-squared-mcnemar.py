# ---
# title: "McNemar's chi-squared approximation in place of the exact test."
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
        p = stats.chi2.sf((abs(only_a - only_b) - 1) ** 2 / (only_a + only_b), 1)
    return float(difference.mean()), float(se), float(p)
