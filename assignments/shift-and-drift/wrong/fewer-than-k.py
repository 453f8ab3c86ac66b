# ---
# title: The alarm needs fewer than k right answers, so k itself is lost.
# loses:
#   test-labels-visible: 1
#   test-labels-definition: 2
#   test-labels-order: 1
# ---
# %% labels-needed
def labels_needed(good, bad, alpha: float = 0.05, power: float = 0.9) -> int:
    n = 1
    while True:
        k = np.arange(n + 1)
        allowed = stats.binom.cdf(k, n, good) <= alpha
        if np.any(allowed & (stats.binom.cdf(k - 1, n, bad) >= power)):
            return n
        n += 1
