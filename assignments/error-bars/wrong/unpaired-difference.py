# ---
# title: The models are compared as if each had had its own questions.
# loses:
#   test-paired-visible: 1
#   test-paired-se: 1
#   test-paired-mcnemar: 1
#   test-paired-equal: 1
# ---
# %% paired-delta
def paired_delta(a: pd.Series, b: pd.Series) -> tuple[float, float, float]:
    delta = b.mean() - a.mean()
    se = np.sqrt(a.var(ddof=1) / len(a) + b.var(ddof=1) / len(b))
    p = 2 * stats.norm.sf(abs(delta) / se)
    return float(delta), float(se), float(p)
