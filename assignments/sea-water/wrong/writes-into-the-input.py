# ---
# title: The impossible values are overwritten in the arrays that came in.
# loses: {test-convert-input: 1}
# ---
# %% convert
def convert(SP, t, p, longitude, latitude):
    SP, t, p = (np.asarray(each, dtype=float) for each in (SP, t, p))
    impossible = ~((SP >= 0) & (SP <= 42) & (t >= -3) & (t <= 40) & (p >= -5))
    for each in (SP, t, p):
        each[impossible] = np.nan
    SA = gsw.SA_from_SP(SP, p, longitude, latitude)
    return SA, gsw.CT_from_t(SA, t, p)
