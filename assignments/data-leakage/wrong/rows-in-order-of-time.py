# ---
# title: The rows are taken to stand in the order of time.
# loses:
#   test-future-visible: 1
#   test-future-order: 1
#   test-future-gap: 1
#   test-future-holes: 1
# ---
# %% future-folds
def future_folds(time, first: int, step: int, gap: int = 0):
    rows = np.arange(len(time))
    return [
        (rows[: start - gap], rows[start : start + step]) for start in range(first, len(time), step)
    ]
