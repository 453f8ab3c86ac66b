# ---
# title: Names and ids that are longer than any page, with half characters.
# ---
# %% added
print("\ud800 \x00 \ufffe " + "W" * 200_000)
# %% double
def double(x):
    raise type("E" * 100_000, (Exception,), {})("\ud83d" * 10)
