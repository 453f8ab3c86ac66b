# ---
# title: The suspects are numbered within their label, not within the table.
# loses:
#   test-suspects-rows: 1
#   test-suspects-poison: 1
# ---
# %% find-suspects
def find_suspects(activations, labels, limit: float) -> dict[int, list[int]]:
    suspects = {}
    for label in np.unique(labels):
        group = KMeans(2, n_init=10, random_state=0).fit_predict(activations[labels == label])
        small = np.flatnonzero(group == np.argmin(np.bincount(group, minlength=2)))
        if len(small) <= limit * len(group):
            suspects[int(label)] = small.tolist()
    return suspects
