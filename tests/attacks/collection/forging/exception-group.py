# ---
# title: The answer raises a group of exceptions.
# ---
# %% double
def double(x):
    raise BaseExceptionGroup("", [SystemExit(0), StopIteration()])
