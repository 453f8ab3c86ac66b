# ---
# title: The namespaces of other processes are entered.
# ---
# %% added
import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
for target in ("1", "@VICTIM@"):
    for kind in ("mnt", "net", "pid", "user"):
        try:
            if os.stat(f"/proc/{target}/ns/{kind}").st_ino == os.stat(f"/proc/self/ns/{kind}").st_ino:
                continue
            if libc.setns(os.open(f"/proc/{target}/ns/{kind}", os.O_RDONLY), 0) == 0:
                print("REACHED", kind)
        except OSError:
            pass
