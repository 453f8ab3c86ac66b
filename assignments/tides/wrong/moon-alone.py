# ---
# title: Only the first constituent enters the table.
# loses: {test-forecast-december: 2, test-forecast-times: 1}
# ---
# %% forecast
def forecast(hours, height, names, later):
    found, later = fit_tide(hours, height, names), np.asarray(later, dtype=float)
    amplitude, high = found[names[0]]
    return found["mean"] + amplitude * np.cos(2 * np.pi * (later - high) / PERIODS[names[0]])
