# ---
# title: The line is fitted to temperature first and to salinity afterwards, not to both together.
# loses: {test-line-best: 2, test-line-published: 1}
# ---
# %% fit-line
def fit_line(SA, CT):
    SA, CT = np.asarray(SA, dtype=float), np.asarray(CT, dtype=float)
    truth = gsw.rho(SA, CT, 0)
    warm, salt = CT - CT.mean(), SA - SA.mean()
    a = -(warm @ truth) / (warm @ warm)
    b = (salt @ (truth - truth.mean())) / (salt @ salt)
    line = truth.mean() - a * warm + b * salt
    return truth.mean(), a, b, np.abs(line - truth).max()
