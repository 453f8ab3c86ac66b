# ---
# title: The logits are multiplied by the number that is returned.
# loses:
#   test-temperature-visible: 1
#   test-temperature-known: 1
#   test-temperature-theorem: 2
# ---
# %% fit-temperature
def fit_temperature(z, y) -> float:
    rows = np.arange(len(y))

    def loss(T):
        return -log_softmax(z * T, axis=1)[rows, y].mean()

    return float(minimize_scalar(loss, bounds=(0.02, 20), method="bounded").x)
