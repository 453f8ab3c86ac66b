# ---
# title: The design effect multiplies the difference, not its variance.
# loses:
#   test-smallest-power: 1
# ---
# %% smallest-difference
def smallest_difference(
    n: int, variance: float, power: float = 0.8, design_effect: float = 1.0
) -> float:
    points = stats.norm.ppf(0.975) + stats.norm.ppf(power)
    return float(design_effect * points * np.sqrt(variance / n))
