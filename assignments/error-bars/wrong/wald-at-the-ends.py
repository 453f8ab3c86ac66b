# ---
# title: "The Wald interval: no error bar at 0 and at 100 %."
# loses:
#   test-exact-visible: 1
#   test-exact-ends: 1
#   test-exact-promise: 2
# ---
# %% exact-interval
def exact_interval(right: int, n: int, level: float = 0.95) -> tuple[float, float]:
    p = right / n
    half = stats.norm.ppf((1 + level) / 2) * np.sqrt(p * (1 - p) / n)
    return float(p - half), float(p + half)
