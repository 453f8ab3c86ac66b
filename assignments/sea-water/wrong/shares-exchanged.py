# ---
# title: The share is that of the second water.
# loses: {test-cabbeling-share: 1}
# ---
# %% cabbeling
def cabbeling(first, second, share, p):
    share = np.asarray(share, dtype=float)
    SA, CT = ((1 - share) * one + share * two for one, two in zip(first, second, strict=True))
    parents = share * gsw.rho(*first, p) + (1 - share) * gsw.rho(*second, p)
    return gsw.rho(SA, CT, p) - parents
