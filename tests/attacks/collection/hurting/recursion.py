# ---
# title: Recursion until the stack of the process is used up.
# ---
# %% double
def double(x):
    import sys

    sys.setrecursionlimit(10**9)

    class Deep:
        def __repr__(self):
            return repr(self)

    return repr(Deep())
