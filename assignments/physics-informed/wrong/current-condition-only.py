# ---
# title: "Only the condition of Courant, Friedrichs and Lewy is checked, without diffusion."
# loses: {test-step-stability: 1}
# ---
# %% step
def step(u, c, D, dx, dt):
    if abs(c) * dt / dx > 1 + 1e-9:
        raise ValueError("the time step is too long for this grid")
    u = np.asarray(u, dtype=float)
    west, east = np.roll(u, 1), np.roll(u, -1)
    u_x = (u - west) / dx if c > 0 else (east - u) / dx
    return u + dt * (-c * u_x + D * (east - 2 * u + west) / dx**2)
