# ---
# title: "The difference looks west, whatever the current does."
# loses: {test-step-upwind: 1, test-step-stability: 1, test-step-moments: 1}
# ---
# %% step
def step(u, c, D, dx, dt):
    if abs(c) * dt / dx + 2 * D * dt / dx**2 > 1 + 1e-9:
        raise ValueError("the time step is too long for this grid")
    u = np.asarray(u, dtype=float)
    west, east = np.roll(u, 1), np.roll(u, -1)
    u_x = (u - west) / dx
    return u + dt * (-c * u_x + D * (east - 2 * u + west) / dx**2)
