# ---
# title: The predictions of all folds are compared, so honest protocols are accused.
# loses:
#   test-sees-honest: 1
# ---
# %% sees-test-labels
def sees_test_labels(protocol, X, y, fold) -> bool:
    before = np.asarray(protocol(X, y, fold))
    for number in np.unique(fold):
        after = np.asarray(protocol(X, np.where(fold == number, 1 - y, y), fold))
        if not np.array_equal(before, after):
            return True
    return False
