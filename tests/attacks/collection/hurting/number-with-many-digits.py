# ---
# title: The answer is a number with many million digits.
# ---
# %% double
def double(x):
    return 1 << 40_000_000
