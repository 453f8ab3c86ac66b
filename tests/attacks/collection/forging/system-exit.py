# ---
# title: The answer raises SystemExit(0).
# ---
# %% double
def double(x):
    raise SystemExit(0)
# %% anomaly
def anomaly(values):
    exit(0)
