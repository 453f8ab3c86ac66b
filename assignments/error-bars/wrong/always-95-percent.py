# ---
# title: "The level is ignored: the interval is always that for 95 %."
# loses:
#   test-exact-promise: 2
# ---
# %% exact-interval
def exact_interval(right: int, n: int, level: float = 0.95) -> tuple[float, float]:
    low = stats.beta.ppf(0.025, right, n - right + 1) if right > 0 else 0.0
    high = stats.beta.ppf(0.975, right + 1, n - right) if right < n else 1.0
    return float(low), float(high)
