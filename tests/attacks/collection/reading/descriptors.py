# ---
# title: Every open descriptor is read, and asked for what it is.
# ---
# %% added
import os

for number in range(0, 256):
    try:
        print(number, os.readlink(f"/proc/self/fd/{number}"))
        os.set_blocking(number, False)
        print(os.pread(number, 200_000, 0))
    except (OSError, ValueError):
        pass
