# ---
# title: The model learns its weights from all months, as if the split were random.
# loses: {test-forecast-honest: 2}
# ---
# %% forecast
def forecast(x, train, lead):
    x = np.asarray(x, dtype=float)
    history = 6
    windows = sliding_window_view(x, history + lead)
    inputs = np.column_stack([np.ones(len(windows)), windows[:, :history]])
    weights, *_ = np.linalg.lstsq(inputs, windows[:, -1], rcond=None)
    return np.concatenate([np.full(history + lead - 1, np.nan), inputs @ weights])
