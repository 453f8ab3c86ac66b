# ---
# title: The area under the curve is returned, whatever the false-positive rate.
# loses:
#   test-share-visible: 1
#   test-share-rank: 1
#   test-share-ties: 1
#   test-share-refuses: 1
# ---
# %% share-found
def share_found(members, others, fpr: float = 0.01) -> float:
    larger = np.asarray(members)[:, None] - np.asarray(others)
    return float(np.mean(larger > 0) + np.mean(larger == 0) / 2)
