# ---
# title: Flags are ignored, and everything that is a number is kept.
# loses: {test-clean-example: 1, test-clean-flags: 2, test-clean-order: 2}
# ---
# %% clean
def clean(p, x, p_flag, x_flag):
    p, x = np.asarray(p, dtype=float), np.asarray(x, dtype=float)
    trusted = np.isfinite(p) & np.isfinite(x)
    p, first = np.unique(p[trusted], return_index=True)
    return p, x[trusted][first]
