# ---
# title: The process raises its own limits and its priority.
# ---
# %% added
import os
import resource

for name in (resource.RLIMIT_AS, resource.RLIMIT_NPROC, resource.RLIMIT_FSIZE, resource.RLIMIT_CPU):
    try:
        resource.setrlimit(name, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    except (OSError, ValueError):
        pass
try:
    os.nice(-20)
except OSError:
    pass
