# ---
# title: A cell ends every process that runs the notebook again.
# ---
# %% first
import atexit
import os

atexit.register(os._exit, 0)
# %% added
import os

os.kill(os.getpid(), 9)
