# ---
# title: The pressure is ignored when waters are mixed.
# loses: {test-cabbeling-square: 1}
# ---
# %% cabbeling
def cabbeling(first, second, share, p):
    share = np.asarray(share, dtype=float)
    SA, CT = (share * one + (1 - share) * two for one, two in zip(first, second, strict=True))
    parents = share * gsw.rho(*first, 0) + (1 - share) * gsw.rho(*second, 0)
    return gsw.rho(SA, CT, 0) - parents
