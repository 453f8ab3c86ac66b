# ---
# title: The threshold is an interpolated quantile, and any rate is accepted.
# loses:
#   test-share-rank: 1
#   test-share-refuses: 1
# ---
# %% share-found
def share_found(members, others, fpr: float = 0.01) -> float:
    return float(np.mean(np.asarray(members) > np.quantile(others, 1 - fpr)))
