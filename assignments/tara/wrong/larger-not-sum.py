# ---
# title: Below the line stands the sum of the larger shares, which is another distance.
# loses: {test-bray-example: 1, test-bray-overlap: 1}
# ---
# %% bray-curtis
def bray_curtis(counts):
    counts = np.asarray(counts, dtype=float)
    shares = counts / counts.sum(axis=1, keepdims=True)
    return np.array(
        [np.abs(shares - row).sum(axis=1) / np.maximum(shares, row).sum(axis=1) for row in shares]
    )
