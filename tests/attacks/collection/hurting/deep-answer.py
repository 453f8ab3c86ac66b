# ---
# title: Lists in lists, a hundred thousand deep.
# ---
# %% double
def double(x):
    deep = []
    for _ in range(100_000):
        deep = [deep]
    return deep
