# ---
# title: "The power is left out: the difference would be missed half of the time."
# loses:
#   test-smallest-visible: 1
#   test-smallest-power: 1
# ---
# %% smallest-difference
def smallest_difference(
    n: int, variance: float, power: float = 0.8, design_effect: float = 1.0
) -> float:
    return float(stats.norm.ppf(0.975) * np.sqrt(variance * design_effect / n))
