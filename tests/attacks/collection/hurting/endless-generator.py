# ---
# title: The answer is a generator without an end.
# ---
# %% anomaly
def anomaly(values):
    while True:
        yield 0.0
