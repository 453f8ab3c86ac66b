# ---
# title: Exit handlers that wait for ever.
# ---
# %% added
import atexit
import time

atexit.register(time.sleep, 10_000)
