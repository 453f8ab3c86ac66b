# ---
# title: The formula for normal means is used, not the binomial distribution.
# loses:
#   test-labels-visible: 1
#   test-labels-definition: 2
# ---
# %% labels-needed
def labels_needed(good, bad, alpha: float = 0.05, power: float = 0.9) -> int:
    spread = stats.norm.isf(alpha) * math.sqrt(good * (1 - good))
    spread += stats.norm.ppf(power) * math.sqrt(bad * (1 - bad))
    return max(1, math.ceil((spread / (good - bad)) ** 2))
