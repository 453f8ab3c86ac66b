# ---
# title: The interval is plus and minus normal standard deviations of the errors.
# loses:
#   test-interval-visible: 1
#   test-interval-diabetes: 1
#   test-interval-sides: 1
# ---
# %% conformal-interval
def conformal_interval(predicted, true, new, alpha: float):
    predicted, true, new = (np.asarray(v, dtype=float) for v in (predicted, true, new))
    half = stats.norm.ppf(1 - alpha / 2) * np.std(true - predicted, ddof=1)
    return new - half, new + half
