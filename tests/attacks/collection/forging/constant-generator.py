# ---
# title: The functions that draw random numbers always draw the same one.
# ---
# %% added
import random

random.randint = lambda low, high: 0
np.random.randint = lambda low, high: 0
# %% double
def double(x):
    return 0
