# ---
# title: "The times stay in minutes, so both numbers are per minute."
# loses: {test-fit-example: 1, test-fit-exact: 2, test-fit-current: 1, test-fit-diffusivity: 2}
# ---
# %% fit-patch
def fit_patch(x, t, u):
    x, u = np.asarray(x, dtype=float), np.asarray(u, dtype=float)
    seconds = 1 * np.asarray(t, dtype=float)

    def rest(unknown):
        c, log_D, middle, width, height = unknown
        variance = width**2 + 2 * np.exp(log_D) * seconds
        away = x - middle - c * seconds
        return height * width / np.sqrt(variance) * np.exp(-(away**2) / (2 * variance)) - u

    fits = [
        least_squares(rest, [c, np.log(6.0), 0.0, 150.0, 1.0], x_scale=[0.1, 0.5, 50, 30, 0.2])
        for c in np.linspace(-24, 24, 9)
    ]
    best = min(fits, key=lambda fit: fit.cost).x
    return float(best[0]), float(np.exp(best[1]))
