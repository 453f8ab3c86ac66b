# ---
# title: A gap below zero is cut off at one half.
# loses:
#   test-gap-theorem: 1
# ---
# %% gap-accuracy
def gap_accuracy(right_members, right_others) -> float:
    return float(max(0.5, 0.5 + (np.mean(right_members) - np.mean(right_others)) / 2))
