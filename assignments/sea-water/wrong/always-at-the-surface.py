# ---
# title: The waters are compared at the surface, whatever the pressure.
# loses: {test-order-pressure: 2}
# ---
# %% order-by-weight
def order_by_weight(SA, CT, p):
    return [int(each) for each in np.argsort(gsw.sigma0(np.asarray(SA), np.asarray(CT)))]
