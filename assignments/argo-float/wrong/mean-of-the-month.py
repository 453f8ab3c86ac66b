# ---
# title: The mean is taken in place of the median.
# loses: {test-month-robust: 2}
# ---
# %% month-medians
def month_medians(month, layer, at_least):
    month, layer = np.asarray(month), np.asarray(layer, dtype=float)
    answer = np.full(12, np.nan)
    for number in range(1, 13):
        values = layer[(month == number) & np.isfinite(layer)]
        if values.size >= at_least:
            answer[number - 1] = values.mean()
    return answer
