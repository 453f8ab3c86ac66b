# ---
# title: The share is fitted on all months, test months included.
# loses: {test-damped-train: 1}
# ---
# %% damped-persistence
def damped_persistence(x, train, lead):
    x = np.asarray(x, dtype=float)
    now, later = x[:-lead], x[lead:]
    a = (now @ later) / (now @ now)
    return np.concatenate([np.full(lead, np.nan), a * now])
