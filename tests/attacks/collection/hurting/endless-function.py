# ---
# title: The answer does not end when a test calls it.
# ---
# %% double
def double(x):
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass
