# ---
# title: Garbage is written to every descriptor.
# ---
# %% last
import os

for number in range(256):
    try:
        os.set_blocking(number, False)
        os.write(number, os.urandom(4096))
    except (OSError, ValueError):
        pass
