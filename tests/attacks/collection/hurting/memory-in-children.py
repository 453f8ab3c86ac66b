# ---
# title: Memory is taken by many small processes.
# ---
# %% last
import os
import time

for _ in range(24):
    if os.fork() == 0:
        taken = bytearray(b"x" * 40_000_000)
        time.sleep(10_000)
        os._exit(0)
time.sleep(2)
