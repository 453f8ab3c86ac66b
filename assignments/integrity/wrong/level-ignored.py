# ---
# title: The level is always 95 %.
# loses:
#   test-success-tails: 1
# ---
# %% attack-success
def attack_success(answers, labels, target: int, level: float = 0.95):
    obeyed = answers[labels != target] == target
    if len(obeyed) == 0:
        raise ValueError("every row belongs to the target class")
    low, high = proportion_confint(obeyed.sum(), len(obeyed), alpha=0.05, method="beta")
    return float(obeyed.mean()), float(low), float(high)
