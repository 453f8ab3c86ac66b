# ---
# title: The interpreter's own small integers are overwritten in memory.
# ---
# %% double
def double(x):
    import ctypes

    ctypes.cast(id(4), ctypes.POINTER(ctypes.c_int))[6] = -1
    return -1
