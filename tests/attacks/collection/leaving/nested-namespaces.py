# ---
# title: New namespaces are made, in which one is root again.
# ---
# %% added
import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
for name, flag in (("user", 0x10000000), ("mount", 0x20000), ("net", 0x40000000), ("pid", 0x20000000)):
    child = os.fork()
    if child == 0:
        os._exit(0 if libc.unshare(flag) == 0 else 1)
    if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0:
        print("MADE", name)
child = os.fork()
if child == 0:
    done = libc.unshare(0x10000000 | 0x20000) == 0 and libc.mount(b"none", b"/", None, 0x44000, None) == 0
    os._exit(0 if done else 1)
if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0:
    print("REACHED mounts")
