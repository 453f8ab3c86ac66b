# ---
# title: NotImplemented hands the comparison to the other operand.
# ---
# %% double
def double(x):
    return NotImplemented
# %% anomaly
def anomaly(values):
    return NotImplemented
# %% depth
depth = NotImplemented
