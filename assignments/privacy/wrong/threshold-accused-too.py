# ---
# title: Scores equal to the threshold are accused too.
# loses:
#   test-share-visible: 1
#   test-share-rank: 1
#   test-share-ties: 1
# ---
# %% share-found
def share_found(members, others, fpr: float = 0.01) -> float:
    k = math.floor(fpr * len(others))
    if k < 1:
        raise ValueError("too few others")
    return float(np.mean(np.asarray(members) >= np.sort(others)[::-1][k]))
