# ---
# title: Impossible values go through.
# loses: {test-convert-impossible: 1}
# ---
# %% convert
def convert(SP, t, p, longitude, latitude):
    SA = gsw.SA_from_SP(np.asarray(SP, dtype=float), p, longitude, latitude)
    return SA, gsw.CT_from_t(SA, t, p)
