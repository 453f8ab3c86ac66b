# ---
# title: Only the flag 4 is taken for bad.
# loses: {test-clean-flags: 2}
# ---
# %% clean
def clean(p, x, p_flag, x_flag):
    p, x = np.asarray(p, dtype=float), np.asarray(x, dtype=float)
    trusted = (
        (np.asarray(p_flag) != 4) & (np.asarray(x_flag) != 4) & np.isfinite(p) & np.isfinite(x)
    )
    p, first = np.unique(p[trusted], return_index=True)
    return p, x[trusted][first]
