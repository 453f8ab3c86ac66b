# ---
# title: The answer raises the debugger's exception, which shells do not show.
# ---
# %% double
def double(x):
    import bdb

    raise bdb.BdbQuit
