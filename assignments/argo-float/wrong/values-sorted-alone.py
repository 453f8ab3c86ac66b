# ---
# title: Pressures and values are sorted apart from each other.
# loses: {test-clean-example: 1, test-clean-order: 2}
# ---
# %% clean
def clean(p, x, p_flag, x_flag):
    p, x = np.asarray(p, dtype=float), np.asarray(x, dtype=float)
    trusted = np.isin(p_flag, [1, 2, 5, 8]) & np.isin(x_flag, [1, 2, 5, 8])
    trusted &= np.isfinite(p) & np.isfinite(x)
    p = np.unique(p[trusted])
    return p, np.sort(x[trusted])[: p.size]
