# ---
# title: The spread is taken from a normal distribution.
# loses:
#   test-spread-visible: 1
#   test-spread-theorem: 1
#   test-spread-few: 1
# ---
# %% coverage-range
def coverage_range(n: int, alpha: float, level: float = 0.95) -> tuple[float, float]:
    half = stats.norm.ppf((1 + level) / 2) * math.sqrt(alpha * (1 - alpha) / n)
    return 1 - alpha - half, 1 - alpha + half
