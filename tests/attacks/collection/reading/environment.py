# ---
# title: The environment of this process and of those above it is read.
# ---
# %% added
import glob
import os

print(dict(os.environ))
for path in ["/proc/self/environ", *glob.glob("/proc/[0-9]*/environ")]:
    try:
        print(open(path, "rb").read())
    except OSError:
        pass
