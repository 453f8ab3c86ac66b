# ---
# title: The answer is a list of twenty million lists.
# ---
# %% double
def double(x):
    return [[] for _ in range(20_000_000)]
