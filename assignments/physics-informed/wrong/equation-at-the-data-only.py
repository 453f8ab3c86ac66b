# ---
# title: "The equation is asked at the measured points only."
# loses: {test-field-smallest: 1, test-field-forecast: 2}
# ---
# %% fit-field
def fit_field(measured, anywhere, c, D, weight=1.0):
    x, t, u = measured
    upper = basis(x, t)[0] / np.sqrt(len(u))
    _, f_t, f_x, f_xx = basis(x, t)
    lower = (f_t + c * f_x - D * f_xx) * np.sqrt(weight / len(f_t))
    right = np.concatenate([np.asarray(u) / np.sqrt(len(u)), np.zeros(len(lower))])
    return np.linalg.lstsq(np.vstack([upper, lower]), right, rcond=None)[0]
