# ---
# title: The level is always 95 %.
# loses:
#   test-spread-theorem: 1
# ---
# %% coverage-range
def coverage_range(n: int, alpha: float, level: float = 0.95) -> tuple[float, float]:
    missed = math.floor((n + 1) * alpha + 1e-9)
    if missed == 0:
        return 1.0, 1.0
    low, high = stats.beta(n + 1 - missed, missed).ppf([0.025, 0.975])
    return float(low), float(high)
