# ---
# title: The answers are counted as draws; the groups are ignored.
# loses:
#   test-groups-visible: 1
#   test-groups-equal: 1
#   test-groups-unequal: 1
#   test-groups-one: 1
# ---
# %% group-interval
def group_interval(right, group, level: float = 0.95) -> tuple[float, float]:
    x = np.asarray(right, dtype=float)
    half = float(stats.t.ppf((1 + level) / 2, len(x) - 1) * stats.sem(x))
    return float(x.mean()) - half, float(x.mean()) + half
