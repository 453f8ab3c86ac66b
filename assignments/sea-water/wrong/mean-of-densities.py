# ---
# title: The density of the mixture is taken as the mean of the two densities.
# loses: {test-cabbeling-example: 1, test-cabbeling-share: 1, test-cabbeling-square: 1}
# ---
# %% cabbeling
def cabbeling(first, second, share, p):
    share = np.asarray(share, dtype=float)
    mixture = share * gsw.rho(*first, p) + (1 - share) * gsw.rho(*second, p)
    return mixture - share * gsw.rho(*first, p) - (1 - share) * gsw.rho(*second, p)
