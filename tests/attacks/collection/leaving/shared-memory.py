# ---
# title: Shared memory and message queues of others.
# ---
# %% added
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
if libc.shmget(@SHM@, 0, 0) >= 0:
    print("REACHED shared memory")
