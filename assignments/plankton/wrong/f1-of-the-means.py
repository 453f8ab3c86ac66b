# ---
# title: F1 is computed from the mean precision and the mean recall.
# loses:
#   test-macro-absent: 1
#   test-macro-library: 1
#   test-nested-choice: 1
# ---
# %% macro-f1
def macro_f1(truth, said, classes):
    truth, said = np.asarray(truth), np.asarray(said)
    precision, recall = [], []
    for name in classes:
        hits = np.sum((truth == name) & (said == name))
        precision.append(hits / max(1, np.sum(said == name)))
        recall.append(hits / max(1, np.sum(truth == name)))
    p, r = np.mean(precision), np.mean(recall)
    return float(2 * p * r / (p + r)) if p + r else 0.0
