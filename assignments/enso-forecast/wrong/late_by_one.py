# ---
# title: The forecast is one month late, so the lead is counted wrongly.
# loses: {test-damped-example: 1, test-damped-lead: 1, test-damped-share: 1}
# ---
# %% damped-persistence
def damped_persistence(x, train, lead):
    x, train = np.asarray(x, dtype=float), np.asarray(train, dtype=bool)
    now, later = x[:-lead], x[lead:]
    use = train[:-lead] & train[lead:]
    a = (now[use] @ later[use]) / (now[use] @ now[use])
    return np.concatenate([np.full(lead + 1, np.nan), a * now[:-1]])
