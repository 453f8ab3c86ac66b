# ---
# title: An audit hook of the interpreter records what is compiled and executed.
# ---
# %% added
import sys

recorded = []

def hook(event, arguments):
    if event in ("compile", "exec", "code.__new__"):
        recorded.append(str(arguments)[:20_000])

sys.addaudithook(hook)
# %% greet
def greet(name):
    print(recorded)
    return f"Hello {name}"
