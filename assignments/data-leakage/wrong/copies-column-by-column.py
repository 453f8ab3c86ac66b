# ---
# title: Each value is looked for on its own, not whole rows.
# loses:
#   test-copies-visible: 1
#   test-copies-real: 1
# ---
# %% find-copies
def find_copies(train, test, decimals: int = 6):
    train, test = (
        np.round(np.asarray(train, dtype=float), decimals),
        np.round(np.asarray(test, dtype=float), decimals),
    )
    return np.isin(test, train).all(axis=1)
