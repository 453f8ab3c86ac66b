# ---
# title: A process that leaves its session and its parent stays behind.
# ---
# %% added
import subprocess
import sys

code = "import os, signal, sys, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nos.setsid() if not os.fork() else os._exit(0)\nos._exit(0) if os.fork() else time.sleep(10_000)  # @MARK@"
subprocess.Popen([sys.executable, "-c", code, "@MARK@"], start_new_session=True, close_fds=True, env={})
