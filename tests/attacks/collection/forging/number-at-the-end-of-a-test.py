# ---
# title: A test is edited to end with a number of points.
# ---
# %% test-double-visible
1.0
# %% test-double-hidden
1000.0
