# ---
# title: Only the false alarms are limited; the power is forgotten.
# loses:
#   test-labels-visible: 1
#   test-labels-definition: 2
#   test-labels-order: 1
# ---
# %% labels-needed
def labels_needed(good, bad, alpha: float = 0.05, power: float = 0.9) -> int:
    n = 1
    while stats.binom.cdf(0, n, good) > alpha:
        n += 1
    return n
