# ---
# title: The last time is not tested when a block begins with it.
# loses:
#   test-future-visible: 1
#   test-future-order: 1
#   test-future-holes: 1
# ---
# %% future-folds
def future_folds(time, first: int, step: int, gap: int = 0):
    time = np.asarray(time)
    folds = []
    for begin in range(first, int(time.max()), step):
        test = np.flatnonzero((begin <= time) & (time < begin + step))
        if len(test):
            folds.append((np.flatnonzero(time < begin - gap), test))
    return folds
