# ---
# title: Signals are blocked in the mask of the process, and it sleeps.
# ---
# %% last
import signal
import time

signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
time.sleep(10_000)
