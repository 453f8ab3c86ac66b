# ---
# title: The interval is the normal one, which has no width at 0 and at 1.
# loses:
#   test-success-visible: 1
#   test-success-tails: 1
#   test-success-ends: 1
# ---
# %% attack-success
def attack_success(answers, labels, target: int, level: float = 0.95):
    obeyed = answers[labels != target] == target
    if len(obeyed) == 0:
        raise ValueError("every row belongs to the target class")
    share = float(obeyed.mean())
    half = stats.norm.ppf((1 + level) / 2) * math.sqrt(share * (1 - share) / len(obeyed))
    return share, share - half, share + half
