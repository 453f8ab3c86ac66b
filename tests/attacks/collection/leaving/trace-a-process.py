# ---
# title: Another process is traced and its memory is read and written.
# ---
# %% added
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
for target in (@VICTIM@, 1):
    if libc.ptrace(16, target, None, None) == 0:
        print("REACHED ptrace", target)
        libc.ptrace(17, target, None, None)
try:
    with open("/proc/@VICTIM@/mem", "r+b", 0):
        print("REACHED memory")
except OSError:
    pass
