# ---
# title: The first measured level beyond the threshold is returned, without interpolation.
# loses: {test-layer-example: 1, test-layer-truth: 2, test-layer-lighter: 1}
# ---
# %% mixed-layer
def mixed_layer(p, sigma, change=0.03):
    p, sigma = np.asarray(p, dtype=float), np.asarray(sigma, dtype=float)
    if p.size < 2 or p[0] > 10:
        return float("nan")
    beyond = p[(p > 10) & (sigma > np.interp(10, p, sigma) + change)]
    return float(beyond[0]) if beyond.size else float("nan")
