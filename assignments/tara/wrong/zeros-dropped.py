# ---
# title: Kinds with a zero in one of the two samples are left out.
# loses: {test-bray-example: 1, test-bray-overlap: 1, test-bray-absent: 1}
# ---
# %% bray-curtis
def bray_curtis(counts):
    counts = np.asarray(counts, dtype=float)
    shares = counts / counts.sum(axis=1, keepdims=True)
    result = np.zeros((len(shares), len(shares)))
    for i, p in enumerate(shares):
        for j, q in enumerate(shares):
            both = (p > 0) & (q > 0)
            below = (p + q)[both].sum()
            result[i, j] = np.abs(p - q)[both].sum() / below if below else 0.0
    return result
