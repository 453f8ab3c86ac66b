# ---
# title: The process reads from address zero.
# ---
# %% double
def double(x):
    import ctypes

    return ctypes.string_at(0)
