# ---
# title: A process that doubles itself until no more are permitted.
# ---
# %% last
import os
import time

end = time.monotonic() + 1.5
while time.monotonic() < end:
    try:
        os.fork()
    except OSError:
        time.sleep(0.01)
time.sleep(10_000)
