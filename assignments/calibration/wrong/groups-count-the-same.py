# ---
# title: Each announced value counts the same, however many days it has.
# loses:
#   test-murphy-theorem: 2
#   test-murphy-extremes: 1
# ---
# %% murphy-parts
def murphy_parts(probability, outcome) -> tuple[float, float, float]:
    outcome = np.asarray(outcome, dtype=float)
    values, group = np.unique(np.asarray(probability, dtype=float), return_inverse=True)
    share, overall = np.bincount(group, weights=outcome) / np.bincount(group), outcome.mean()
    reliability = float(((values - share) ** 2).mean())
    return reliability, float(((share - overall) ** 2).mean()), float(overall * (1 - overall))
