# ---
# title: The interval is that of the group means, whatever the size of a group.
# loses:
#   test-groups-unequal: 1
# ---
# %% group-interval
def group_interval(right, group, level: float = 0.95) -> tuple[float, float]:
    x, group = np.asarray(right, dtype=float), np.asarray(group)
    means = np.array([x[group == name].mean() for name in np.unique(group)])
    if len(means) < 2:
        raise ValueError("two groups or more are needed")
    half = float(stats.t.ppf((1 + level) / 2, len(means) - 1) * stats.sem(means))
    return float(means.mean()) - half, float(means.mean()) + half
