# ---
# title: Sea water is taken to have one recipe everywhere, so the place is ignored.
# loses: {test-convert-published: 2}
# ---
# %% convert
def convert(SP, t, p, longitude, latitude):
    SP, t, p = (np.asarray(each, dtype=float) for each in (SP, t, p))
    possible = (SP >= 0) & (SP <= 42) & (t >= -3) & (t <= 40) & (p >= -5)
    SP, t, p = (np.where(possible, each, np.nan) for each in (SP, t, p))
    SA = gsw.SR_from_SP(SP) + 0 * p
    return SA, gsw.CT_from_t(SA, t, p)
