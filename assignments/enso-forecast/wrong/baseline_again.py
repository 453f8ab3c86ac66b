# ---
# title: The model is damped persistence once more, so it earns nothing over the baseline.
# loses: {test-forecast-example: 1, test-forecast-skill: 2}
# ---
# %% forecast
def forecast(x, train, lead):
    return damped_persistence(x, train, lead)
