# ---
# title: The resolution is measured from one half, not from the share of rain.
# loses:
#   test-murphy-visible: 1
#   test-murphy-theorem: 2
#   test-murphy-extremes: 1
# ---
# %% murphy-parts
def murphy_parts(probability, outcome) -> tuple[float, float, float]:
    outcome = np.asarray(outcome, dtype=float)
    values, group = np.unique(np.asarray(probability, dtype=float), return_inverse=True)
    weight = np.bincount(group) / len(outcome)
    share, overall = np.bincount(group, weights=outcome) / np.bincount(group), outcome.mean()
    reliability = float((weight * (values - share) ** 2).sum())
    resolution = float((weight * (share - 0.5) ** 2).sum())
    return reliability, resolution, float(overall * (1 - overall))
