# ---
# title: Whoever listens is promised a message of many gigabytes, and gets none.
# ---
# %% last
import os
import struct
import time

for number in range(3, 256):
    for size in (2**25, 2**62):
        try:
            os.write(number, struct.pack("!Q", size))
        except OSError:
            pass
time.sleep(10_000)
