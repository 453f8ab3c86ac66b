# ---
# title: The parameters are those of n, not of n + 1 rows.
# loses:
#   test-spread-visible: 1
#   test-spread-theorem: 1
#   test-spread-few: 1
# ---
# %% coverage-range
def coverage_range(n: int, alpha: float, level: float = 0.95) -> tuple[float, float]:
    missed = math.floor(n * alpha + 1e-9)
    if missed == 0:
        return 1.0, 1.0
    low, high = stats.beta(n - missed, missed).ppf([(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
