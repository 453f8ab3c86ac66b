# ---
# title: The beta distribution is asked for a parameter 0, so no right answer gives nan.
# loses:
#   test-exact-ends: 1
#   test-exact-promise: 2
# ---
# %% exact-interval
def exact_interval(right: int, n: int, level: float = 0.95) -> tuple[float, float]:
    alpha = 1 - level
    low = stats.beta.ppf(alpha / 2, right, n - right + 1)
    high = stats.beta.ppf(1 - alpha / 2, right + 1, n - right) if right < n else 1.0
    return float(low), float(high)
