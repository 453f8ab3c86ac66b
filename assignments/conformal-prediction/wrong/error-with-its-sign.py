# ---
# title: The error keeps its sign, so that errors to one side are lost.
# loses:
#   test-interval-visible: 1
#   test-interval-diabetes: 1
#   test-interval-sides: 1
# ---
# %% conformal-interval
def conformal_interval(predicted, true, new, alpha: float):
    predicted, true, new = (np.asarray(v, dtype=float) for v in (predicted, true, new))
    threshold = conformal_threshold(true - predicted, alpha)
    return new - threshold, new + threshold
