# ---
# title: The temperature with the smallest calibration error is taken, not the smallest log loss.
# loses:
#   test-temperature-visible: 1
#   test-temperature-theorem: 2
# ---
# %% fit-temperature
def fit_temperature(z, y) -> float:
    def error(T):
        said = softmax(z / T, axis=1)
        return calibration_error(said.max(axis=1), said.argmax(axis=1) == y)

    grid = np.exp(np.linspace(np.log(0.05), np.log(50), 150))
    return float(grid[np.argmin([error(T) for T in grid])])
