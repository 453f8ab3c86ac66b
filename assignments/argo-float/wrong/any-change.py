# ---
# title: Lighter water ends the layer too.
# loses: {test-layer-lighter: 1}
# ---
# %% mixed-layer
def mixed_layer(p, sigma, change=0.03):
    p, sigma = np.asarray(p, dtype=float), np.asarray(sigma, dtype=float)
    if p.size < 2 or p[0] > 10:
        return float("nan")
    start = np.interp(10, p, sigma)
    steps_p = np.concatenate([[10.0], p[p > 10]])
    off = np.concatenate([[0.0], np.abs(sigma[p > 10] - start)])
    beyond = np.flatnonzero(off > change)
    if beyond.size == 0:
        return float("nan")
    k = beyond[0]
    return float(np.interp(change, [off[k - 1], off[k]], [steps_p[k - 1], steps_p[k]]))
