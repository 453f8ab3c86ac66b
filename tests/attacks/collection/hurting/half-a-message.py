# ---
# title: Answers come one byte at a time.
# ---
# %% last
import os
import struct
import time

for _ in range(600):
    for number in range(3, 64):
        try:
            os.set_blocking(number, False)
            os.write(number, b"\0")
        except OSError:
            pass
    time.sleep(0.1)
