# ---
# title: "The residual holds the square of D."
# loses: {test-residual-spread: 1, test-residual-order: 1}
# ---
# %% residual
def residual(u, dx, dt, c, D):
    u = np.asarray(u, dtype=float)
    inner = u[1:-1]
    u_t = (u[2:, 1:-1] - u[:-2, 1:-1]) / (2 * dt)
    u_x = (inner[:, 2:] - inner[:, :-2]) / (2 * dx)
    u_xx = (inner[:, 2:] - 2 * inner[:, 1:-1] + inner[:, :-2]) / dx**2
    return u_t + c * u_x - D**2 * u_xx
