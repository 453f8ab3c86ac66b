# ---
# title: Memory is taken until there is none.
# ---
# %% last
taken = []
while True:
    taken.append(bytearray(b"x" * 20_000_000))
