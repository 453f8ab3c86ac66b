# ---
# title: bool and True are changed in memory.
# ---
# %% added
import ctypes

ctypes.cast(id(False), ctypes.POINTER(ctypes.c_int))[6] = 1
