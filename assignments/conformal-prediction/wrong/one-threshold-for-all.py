# ---
# title: All groups get the threshold of all rows.
# loses:
#   test-groups-visible: 1
#   test-groups-promise: 1
#   test-groups-small: 1
# ---
# %% group-thresholds
def group_thresholds(scores, groups, alpha: float) -> dict[object, float]:
    threshold = conformal_threshold(scores, alpha)
    return dict.fromkeys(np.unique(np.asarray(groups)).tolist(), threshold)
