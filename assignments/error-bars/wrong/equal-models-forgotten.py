# ---
# title: Two models that never differ are not thought of.
# loses:
#   test-paired-equal: 1
# ---
# %% paired-delta
def paired_delta(a: pd.Series, b: pd.Series) -> tuple[float, float, float]:
    difference = b - a
    only_a, only_b = int((difference < 0).sum()), int((difference > 0).sum())
    se = difference.std(ddof=1) / np.sqrt(len(difference))
    p = stats.binomtest(only_b, only_a + only_b).pvalue
    return float(difference.mean()), float(se), float(p)
