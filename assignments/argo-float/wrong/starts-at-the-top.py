# ---
# title: The density of the first level is the start, not that at 10 dbar.
# loses: {test-layer-lighter: 1, test-layer-nan: 1}
# ---
# %% mixed-layer
def mixed_layer(p, sigma, change=0.03):
    p, sigma = np.asarray(p, dtype=float), np.asarray(sigma, dtype=float)
    if p.size < 2:
        return float("nan")
    goal = sigma[0] + change
    beyond = np.flatnonzero(sigma > goal)
    if beyond.size == 0:
        return float("nan")
    k = beyond[0]
    share = (goal - sigma[k - 1]) / (sigma[k] - sigma[k - 1])
    return float(p[k - 1] + share * (p[k] - p[k - 1]))
