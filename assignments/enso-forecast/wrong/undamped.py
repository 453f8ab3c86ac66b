# ---
# title: Persistence is not damped, so the share is 1.
# loses: {test-damped-example: 1, test-damped-share: 1}
# ---
# %% damped-persistence
def damped_persistence(x, train, lead):
    x = np.asarray(x, dtype=float)
    return np.concatenate([np.full(lead, np.nan), x[:-lead]])
