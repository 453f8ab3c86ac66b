# ---
# title: The heat is given in joule.
# loses: {test-heat-example: 1, test-heat-parts: 2}
# ---
# %% heat-content
def heat_content(p, CT, bottom):
    p, CT = np.asarray(p, dtype=float), np.asarray(CT, dtype=float)
    if p.size == 0 or p[-1] < bottom or p[0] > 20:
        return float("nan")
    levels = np.concatenate([[0.0], p[(p > 0) & (p < bottom)], [float(bottom)]])
    return float(CP0 * np.trapezoid(np.interp(levels, p, CT), levels) * 1e4 / 9.81)
