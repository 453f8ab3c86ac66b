# ---
# title: The integral goes from the first to the last measured level inside, not from 0 to the bottom.
# loses: {test-heat-parts: 2}
# ---
# %% heat-content
def heat_content(p, CT, bottom):
    p, CT = np.asarray(p, dtype=float), np.asarray(CT, dtype=float)
    if p.size == 0 or p[-1] < bottom or p[0] > 20:
        return float("nan")
    inside = p <= bottom
    return float(CP0 * np.trapezoid(CT[inside], p[inside]) * 1e4 / 9.81 / 1e9)
