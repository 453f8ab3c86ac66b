# ---
# title: The normal distribution is used for a few groups.
# loses:
#   test-groups-visible: 1
#   test-groups-equal: 1
#   test-groups-unequal: 1
# ---
# %% group-interval
def group_interval(right, group, level: float = 0.95) -> tuple[float, float]:
    x, group = np.asarray(right, dtype=float), np.asarray(group)
    sums = np.array([np.sum((x - x.mean())[group == name]) for name in np.unique(group)])
    count = len(sums)
    if count < 2:
        raise ValueError("two groups or more are needed")
    half = (
        float(stats.norm.ppf((1 + level) / 2))
        * math.sqrt(count / (count - 1) * np.sum(sums**2))
        / len(x)
    )
    return float(x.mean()) - half, float(x.mean()) + half
