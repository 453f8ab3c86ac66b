# ---
# title: Rows are compared exactly, without rounding.
# loses:
#   test-copies-rounding: 1
# ---
# %% find-copies
def find_copies(train, test, decimals: int = 6):
    seen = {tuple(row) for row in np.asarray(train, dtype=float)}
    return np.array([tuple(row) in seen for row in np.asarray(test, dtype=float)])
