# ---
# title: The flag of the pressure is not looked at.
# loses: {test-clean-flags: 2, test-clean-order: 2}
# ---
# %% clean
def clean(p, x, p_flag, x_flag):
    p, x = np.asarray(p, dtype=float), np.asarray(x, dtype=float)
    trusted = np.isin(x_flag, [1, 2, 5, 8]) & np.isfinite(p) & np.isfinite(x)
    p, first = np.unique(p[trusted], return_index=True)
    return p, x[trusted][first]
