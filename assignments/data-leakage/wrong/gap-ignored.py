# ---
# title: The gap is ignored.
# loses:
#   test-future-gap: 1
# ---
# %% future-folds
def future_folds(time, first: int, step: int, gap: int = 0):
    time = np.asarray(time)
    folds = []
    for begin in range(first, int(time.max()) + 1, step):
        test = np.flatnonzero((begin <= time) & (time < begin + step))
        if len(test):
            folds.append((np.flatnonzero(time < begin), test))
    return folds
