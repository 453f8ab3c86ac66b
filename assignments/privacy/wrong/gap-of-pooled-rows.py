# ---
# title: All rows are pooled, so the larger group decides.
# loses:
#   test-gap-visible: 1
#   test-gap-theorem: 1
# ---
# %% gap-accuracy
def gap_accuracy(right_members, right_others) -> float:
    verdict_right = np.sum(right_members) + np.sum(~np.asarray(right_others))
    return float(verdict_right / (len(right_members) + len(right_others)))
