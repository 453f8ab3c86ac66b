# ---
# title: The line touches the curve at the mean water; it is not the least-squares line.
# loses: {test-line-best: 2}
# ---
# %% fit-line
def fit_line(SA, CT):
    SA, CT = np.asarray(SA, dtype=float), np.asarray(CT, dtype=float)
    rho0, alpha, beta = gsw.rho_alpha_beta(SA.mean(), CT.mean(), 0)
    line = rho0 * (1 - alpha * (CT - CT.mean()) + beta * (SA - SA.mean()))
    worst = np.abs(line - gsw.rho(SA, CT, 0)).max()
    return rho0, rho0 * alpha, rho0 * beta, worst
