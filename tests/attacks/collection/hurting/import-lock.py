# ---
# title: A thread holds the lock of imports for ever.
# ---
# %% last
import _imp
import threading
import time

def hold():
    _imp.acquire_lock()
    time.sleep(10_000)

threading.Thread(target=hold, daemon=True).start()
time.sleep(0.2)
