# ---
# title: "The cost has sums in place of means."
# loses: {test-field-smallest: 1}
# ---
# %% fit-field
def fit_field(measured, anywhere, c, D, weight=1.0):
    x, t, u = measured
    upper = basis(x, t)[0]
    _, f_t, f_x, f_xx = basis(*anywhere)
    lower = (f_t + c * f_x - D * f_xx) * np.sqrt(weight)
    right = np.concatenate([np.asarray(u), np.zeros(len(lower))])
    return np.linalg.lstsq(np.vstack([upper, lower]), right, rcond=None)[0]
