# ---
# title: Where there is no honest answer, the deepest level is returned.
# loses: {test-layer-nan: 1}
# ---
# %% mixed-layer
def mixed_layer(p, sigma, change=0.03):
    p, sigma = np.asarray(p, dtype=float), np.asarray(sigma, dtype=float)
    if p.size < 2:
        return float(p[-1]) if p.size else 0.0
    goal = np.interp(10, p, sigma) + change
    steps_p = np.concatenate([[10.0], p[p > 10]])
    steps = np.concatenate([[goal - change], sigma[p > 10]])
    beyond = np.flatnonzero(steps > goal)
    if beyond.size == 0:
        return float(p[-1])
    k = beyond[0]
    share = (goal - steps[k - 1]) / (steps[k] - steps[k - 1])
    return float(steps_p[k - 1] + share * (steps_p[k] - steps_p[k - 1]))
