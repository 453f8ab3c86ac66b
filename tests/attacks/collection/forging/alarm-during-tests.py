# ---
# title: A timer raises an exception of the learner's choice in the middle of a test.
# ---
# %% added
import signal

def ring(*args):
    raise SystemExit(0)

signal.signal(signal.SIGALRM, ring)
signal.setitimer(signal.ITIMER_REAL, 0.05, 0.05)
# %% double
def double(x):
    import time

    time.sleep(0.06)
    return -1
