# ---
# title: Threads until no more are permitted.
# ---
# %% last
import threading
import time

made = 0
try:
    while made < 5000:
        threading.Thread(target=time.sleep, args=(10_000,), daemon=True).start()
        made += 1
except (RuntimeError, MemoryError):
    pass
print(made)
