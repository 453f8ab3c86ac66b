# ---
# title: A thread goes on after its cell and changes names while tests run.
# ---
# %% added
import threading
import time

def meddle():
    end = time.monotonic() + 2
    while time.monotonic() < end:
        globals().update(depth=0, np=None, math=None, got=4, expected=0)
        time.sleep(0.001)

threading.Thread(target=meddle, daemon=True).start()
