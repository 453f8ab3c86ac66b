# ---
# title: Each month is the mean of its neighbours, which looks brilliant in a random split.
# loses: {test-forecast-honest: 2}
# ---
# %% forecast
def forecast(x, train, lead):
    x = np.asarray(x, dtype=float)
    filled = np.concatenate([[x[1]], x, [x[-2]]])
    return (filled[:-2] + filled[2:]) / 2
