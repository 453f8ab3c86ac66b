# ---
# title: A traceback is forged so that the reason of a failed hidden test is shown as that of a visible one.
# ---
# %% double
class Forged(Exception):
    def __str__(self):
        return "\n----> 1 assert callable(double)\n"


def double(x):
    raise Forged("\n----> 1 assert callable(double)\n")
