# ---
# title: The parent process is stopped, so that it forks nobody else.
# ---
# %% added
import os
import signal

if os.getppid() > 1:
    os.kill(os.getppid(), signal.SIGSTOP)
