# ---
# title: The command lines of other processes are read.
# ---
# %% added
import glob
import os

for path in glob.glob("/proc/[0-9]*/cmdline"):
    try:
        line = open(path, "rb").read()
        if b"@MARK@-bystander" in line:
            print("REACHED", line)
    except OSError:
        pass
