# ---
# title: The process tries to become another user and to gain rights.
# ---
# %% added
import ctypes
import os
import subprocess

before = os.getresuid()
for action in (lambda: os.setuid(1), lambda: os.setgroups([0])):
    child = os.fork()
    if child == 0:
        try:
            action()
        except OSError:
            os._exit(1)
        os._exit(0)
    os.waitpid(child, 0)
for command in (["sudo", "-n", "true"], ["su", "-c", "true"], ["pkexec", "true"]):
    try:
        if subprocess.run(command, capture_output=True, timeout=2, stdin=subprocess.DEVNULL).returncode == 0 and before[0] != 0:
            print("REACHED root by", command[0])
    except (OSError, subprocess.TimeoutExpired):
        pass
