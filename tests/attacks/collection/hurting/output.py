# ---
# title: Text is printed without end.
# ---
# %% last
while True:
    print("x" * 100_000)
