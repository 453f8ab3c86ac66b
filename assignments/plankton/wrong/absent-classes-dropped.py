# ---
# title: A class that these objects do not have disappears from the mean.
# loses:
#   test-macro-absent: 1
# ---
# %% macro-f1
def macro_f1(truth, said, classes):
    truth, said = np.asarray(truth), np.asarray(said)
    scores = []
    for name in classes:
        both = np.sum(truth == name) + np.sum(said == name)
        if both:
            scores.append(2 * np.sum((truth == name) & (said == name)) / both)
    return float(np.mean(scores))
