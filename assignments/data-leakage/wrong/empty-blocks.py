# ---
# title: Blocks without a test row are kept.
# loses:
#   test-future-holes: 1
# ---
# %% future-folds
def future_folds(time, first: int, step: int, gap: int = 0):
    time = np.asarray(time)
    return [
        (np.flatnonzero(time < b - gap), np.flatnonzero((b <= time) & (time < b + step)))
        for b in range(first, int(time.max()) + 1, step)
    ]
