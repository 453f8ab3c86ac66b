# ---
# title: The share of right answers is returned, whatever the class.
# loses:
#   test-macro-example: 1
#   test-macro-never-looks: 1
#   test-macro-absent: 1
#   test-macro-library: 1
#   test-nested-choice: 1
# ---
# %% macro-f1
def macro_f1(truth, said, classes):
    return float(np.mean(np.asarray(truth) == np.asarray(said)))
