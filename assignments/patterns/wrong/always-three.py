# ---
# title: Three patterns are always called real.
# loses: {test-real-example: 1, test-real-known: 2}
# ---
# %% count-real
def count_real(shares, winters, places, draws=100, seed=0):
    return 3
