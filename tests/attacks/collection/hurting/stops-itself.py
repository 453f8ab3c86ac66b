# ---
# title: The process stops itself, and so does not end and does not answer.
# ---
# %% last
import os
import signal

os.kill(os.getpid(), signal.SIGSTOP)
