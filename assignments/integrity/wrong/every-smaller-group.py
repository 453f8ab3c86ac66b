# ---
# title: The smaller group of every label is suspected, however large it is.
# loses:
#   test-suspects-visible: 1
#   test-suspects-rows: 1
#   test-suspects-limit: 1
# ---
# %% find-suspects
def find_suspects(activations, labels, limit: float) -> dict[int, list[int]]:
    suspects = {}
    for label in np.unique(labels):
        rows = np.flatnonzero(labels == label)
        group = KMeans(2, n_init=10, random_state=0).fit_predict(activations[rows])
        suspects[int(label)] = rows[group == np.argmin(np.bincount(group, minlength=2))].tolist()
    return suspects
