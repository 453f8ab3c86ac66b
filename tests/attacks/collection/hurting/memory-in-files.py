# ---
# title: Memory is taken through files in memory.
# ---
# %% last
import os

for place in ("/dev/shm", "/tmp", "."):
    try:
        with open(os.path.join(place, "large"), "wb") as file:
            for _ in range(3000):
                file.write(bytes(1_000_000))
    except OSError as error:
        print(error)
found = os.memfd_create("large")
try:
    for _ in range(3000):
        os.write(found, bytes(1_000_000))
except OSError as error:
    print(error)
