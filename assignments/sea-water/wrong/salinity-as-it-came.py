# ---
# title: Practical salinity is given where absolute salinity is asked for.
# loses: {test-convert-example: 1, test-convert-published: 2}
# ---
# %% convert
def convert(SP, t, p, longitude, latitude):
    SP, t, p = (np.asarray(each, dtype=float) for each in (SP, t, p))
    possible = (SP >= 0) & (SP <= 42) & (t >= -3) & (t <= 40) & (p >= -5)
    SP, t, p = (np.where(possible, each, np.nan) for each in (SP, t, p))
    return SP, gsw.CT_from_t(SP, t, p)
