# ---
# title: A test of one's own is worth a hundred points.
# change: added-test
# ---
# %% added
True
