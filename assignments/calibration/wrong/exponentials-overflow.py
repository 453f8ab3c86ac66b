# ---
# title: The exponentials are taken without care, so large logits overflow.
# loses:
#   test-temperature-theorem: 2
# ---
# %% fit-temperature
def fit_temperature(z, y) -> float:
    rows = np.arange(len(y))

    def loss(log_temperature):
        with np.errstate(all="ignore"):
            e = np.exp(z / np.exp(log_temperature))
            return -np.log(e[rows, y] / e.sum(axis=1)).mean()

    found = minimize_scalar(loss, bounds=(np.log(0.05), np.log(50)), method="bounded")
    return float(np.exp(found.x))
