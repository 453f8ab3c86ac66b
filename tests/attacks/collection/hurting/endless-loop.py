# ---
# title: A cell that never ends.
# ---
# %% last
while True:
    pass
