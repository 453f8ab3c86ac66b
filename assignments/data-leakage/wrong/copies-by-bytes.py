# ---
# title: Rows are compared byte by byte, so minus zero is not zero.
# loses:
#   test-copies-rounding: 1
# ---
# %% find-copies
def find_copies(train, test, decimals: int = 6):
    seen = {row.tobytes() for row in np.round(np.asarray(train, dtype=float), decimals)}
    rounded = np.round(np.asarray(test, dtype=float), decimals)
    return np.array([row.tobytes() in seen for row in rounded])
