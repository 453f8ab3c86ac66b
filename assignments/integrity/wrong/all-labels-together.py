# ---
# title: All rows are cut in two together, whatever their label.
# loses:
#   test-suspects-rows: 1
#   test-suspects-poison: 1
# ---
# %% find-suspects
def find_suspects(activations, labels, limit: float) -> dict[int, list[int]]:
    group = KMeans(2, n_init=10, random_state=0).fit_predict(activations)
    small = group == np.argmin(np.bincount(group, minlength=2))
    suspects = {}
    for label in np.unique(labels):
        rows = np.flatnonzero((labels == label) & small)
        if 0 < len(rows) <= limit * np.sum(labels == label):
            suspects[int(label)] = rows.tolist()
    return suspects
