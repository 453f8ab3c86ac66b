# ---
# title: Small files until there are no more inodes.
# ---
# %% last
import os

try:
    for number in range(200_000):
        with open(f"small-{number}", "w"):
            pass
except OSError as error:
    print(error)
