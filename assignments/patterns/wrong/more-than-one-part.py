# ---
# title: A share counts as real if it is above one part in so many winters.
# loses: {test-real-known: 2}
# ---
# %% count-real
def count_real(shares, winters, places, draws=100, seed=0):
    above = np.asarray(shares) > 1 / (winters - 1)
    return int(len(above) if above.all() else np.argmin(above)) if winters > 4 else 1
