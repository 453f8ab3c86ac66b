# ---
# title: A rate below one row is answered as if it could be shown.
# loses:
#   test-share-refuses: 1
# ---
# %% share-found
def share_found(members, others, fpr: float = 0.01) -> float:
    threshold = np.sort(others)[::-1][math.floor(fpr * len(others))]
    return float(np.mean(np.asarray(members) > threshold))
