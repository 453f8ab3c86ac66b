# ---
# title: The order goes by temperature alone.
# loses: {test-order-pressure: 2}
# ---
# %% order-by-weight
def order_by_weight(SA, CT, p):
    return [int(each) for each in np.argsort(-np.asarray(CT))]
