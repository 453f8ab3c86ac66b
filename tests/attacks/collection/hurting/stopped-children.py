# ---
# title: Children are stopped, so that whoever waits for them waits for ever.
# ---
# %% added
import os
import signal

for _ in range(3):
    child = os.fork()
    if child == 0:
        os.kill(os.getpid(), signal.SIGSTOP)
        os._exit(0)
