# ---
# title: Processes that start themselves again as often as they are ended.
# ---
# %% added
import os
import signal
import time

if os.fork() == 0:
    os.setsid()
    end = time.monotonic() + 4
    while time.monotonic() < end:
        child = os.fork()
        if child == 0:
            os.setsid()
            os.execvpe("sleep", ["sleep", "600", "@MARK@"][:2], {"MARK": "@MARK@"})
        time.sleep(0.2)
    os._exit(0)
