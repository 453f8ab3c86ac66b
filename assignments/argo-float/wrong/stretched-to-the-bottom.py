# ---
# title: A profile that ends too early is stretched with its last value.
# loses: {test-heat-nan: 1}
# ---
# %% heat-content
def heat_content(p, CT, bottom):
    p, CT = np.asarray(p, dtype=float), np.asarray(CT, dtype=float)
    levels = np.concatenate([[0.0], p[(p > 0) & (p < bottom)], [float(bottom)]])
    return float(CP0 * np.trapezoid(np.interp(levels, p, CT), levels) * 1e4 / 9.81 / 1e9)
