# ---
# title: The distances are those of the counts, so the effort of the machine counts too.
# loses: {test-bray-example: 1, test-bray-reads: 1}
# ---
# %% bray-curtis
def bray_curtis(counts):
    counts = np.asarray(counts, dtype=float)
    return np.array(
        [np.abs(counts - row).sum(axis=1) / (counts + row).sum(axis=1) for row in counts]
    )
