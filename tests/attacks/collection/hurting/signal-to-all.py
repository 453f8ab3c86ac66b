# ---
# title: One signal to all processes at once, and to the process group.
# ---
# %% last
import os
import signal

signal.signal(signal.SIGTERM, signal.SIG_IGN)
for number in (-1, 0, -os.getpgrp()):
    try:
        os.kill(number, signal.SIGKILL)
    except OSError:
        pass
