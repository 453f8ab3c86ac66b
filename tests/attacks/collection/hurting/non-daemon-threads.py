# ---
# title: Threads that must end before the interpreter may, and do not.
# ---
# %% added
import threading
import time

for _ in range(3):
    threading.Thread(target=time.sleep, args=(10_000,), daemon=False).start()
