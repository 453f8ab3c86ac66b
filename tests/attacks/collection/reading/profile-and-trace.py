# ---
# title: Profile and trace functions record the constants of all code that runs.
# ---
# %% added
import sys
import threading

recorded = []

def watch(frame, event, argument):
    recorded.append(frame.f_code.co_consts)

sys.setprofile(watch)
threading.setprofile(watch)
# %% greet
def greet(name):
    sys.setprofile(None)
    print([text for text in map(str, recorded) if "QUO" in text])
    return f"Hello {name}"
