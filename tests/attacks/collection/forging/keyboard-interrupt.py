# ---
# title: The answer raises KeyboardInterrupt, once and with a signal.
# ---
# %% double
def double(x):
    import os
    import signal

    os.kill(os.getpid(), signal.SIGINT)
    raise KeyboardInterrupt
