# ---
# title: The labels are flipped in the table that was given.
# loses:
#   test-sees-honest: 1
# ---
# %% sees-test-labels
def sees_test_labels(protocol, X, y, fold) -> bool:
    before = np.array(protocol(X, y, fold))
    for number in np.unique(fold):
        test = fold == number
        y[test] = 1 - y[test]
        if not np.array_equal(before[test], np.asarray(protocol(X, y, fold))[test]):
            return True
        if number != np.unique(fold)[-1]:
            y[test] = 1 - y[test]
    return False
