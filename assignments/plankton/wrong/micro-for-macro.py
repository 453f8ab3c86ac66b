# ---
# title: Hits and errors of all classes are added up before F1 is computed.
# loses:
#   test-macro-example: 1
#   test-macro-never-looks: 1
#   test-macro-absent: 1
#   test-macro-library: 1
#   test-nested-choice: 1
# ---
# %% macro-f1
def macro_f1(truth, said, classes):
    truth, said = np.asarray(truth), np.asarray(said)
    hits = sum(np.sum((truth == name) & (said == name)) for name in classes)
    both = sum(np.sum(truth == name) + np.sum(said == name) for name in classes)
    return float(2 * hits / both) if both else 0.0
