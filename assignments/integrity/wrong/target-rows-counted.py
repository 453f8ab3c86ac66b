# ---
# title: The rows of the target class are counted as rows that obey.
# loses:
#   test-success-visible: 1
#   test-success-tails: 1
#   test-success-ends: 1
# ---
# %% attack-success
def attack_success(answers, labels, target: int, level: float = 0.95):
    obeyed = answers == target
    low, high = proportion_confint(obeyed.sum(), len(obeyed), alpha=1 - level, method="beta")
    return float(obeyed.mean()), float(low), float(high)
