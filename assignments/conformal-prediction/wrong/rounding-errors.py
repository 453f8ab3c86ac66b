# ---
# title: The rank is rounded up without care, so it is one too large at times.
# loses:
#   test-threshold-rank: 1
# ---
# %% conformal-threshold
def conformal_threshold(scores, alpha: float) -> float:
    rank = math.ceil((len(scores) + 1) * (1 - alpha))
    return float(np.sort(scores)[rank - 1]) if rank <= len(scores) else math.inf
