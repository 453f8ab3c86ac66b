# ---
# title: "Adam makes 220 steps and stops: most diffusivities are still a tenth to a half too small."
# loses: {test-fit-exact: 2, test-fit-current: 1, test-fit-diffusivity: 2}
# ---
# %% fit-patch
def fit_patch(x, t, u):
    x, u = np.asarray(x, dtype=float), np.asarray(u, dtype=float)
    seconds = 60 * np.asarray(t, dtype=float)

    def rest(z):
        variance = (150 + 30 * z[3]) ** 2 + 12 * np.exp(z[1]) * seconds
        away = x - 50 * z[2] - 0.1 * z[0] * seconds
        height = (1 + 0.2 * z[4]) * (150 + 30 * z[3]) / np.sqrt(variance)
        return height * np.exp(-(away**2) / (2 * variance)) - u

    z = np.zeros(5)
    z[0] = min(np.linspace(-4, 4, 33), key=lambda c: np.sum(rest(np.array([c, 0, 0, 0, 0])) ** 2))
    z[1], mean, square = -0.8, 0.0, 0.0
    for k in range(1, 81):
        slopes = [(rest(z + move) - rest(z - move)) / 2e-5 for move in 1e-5 * np.eye(5)]
        gradient = 2 * np.array(slopes) @ rest(z) / len(u)
        mean, square = 0.9 * mean + 0.1 * gradient, 0.999 * square + 0.001 * gradient**2
        z = z - 0.005 * mean / (1 - 0.9**k) / (np.sqrt(square / (1 - 0.999**k)) + 1e-8)
    return float(0.1 * z[0]), float(6 * np.exp(z[1]))
