# ---
# title: The tide table has no mean level.
# loses: {test-forecast-december: 2, test-forecast-times: 1}
# ---
# %% forecast
def forecast(hours, height, names, later):
    found, later = fit_tide(hours, height, names), np.asarray(later, dtype=float)
    return sum(
        found[name][0] * np.cos(2 * np.pi * (later - found[name][1]) / PERIODS[name])
        for name in names
    )
