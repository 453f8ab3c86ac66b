# ---
# title: Only the fold with the number 0 is tried.
# loses:
#   test-sees-leak: 1
# ---
# %% sees-test-labels
def sees_test_labels(protocol, X, y, fold) -> bool:
    test = fold == 0
    before = np.asarray(protocol(X, y, fold))
    after = np.asarray(protocol(X, np.where(test, 1 - y, y), fold))
    return not np.array_equal(before[test], after[test])
