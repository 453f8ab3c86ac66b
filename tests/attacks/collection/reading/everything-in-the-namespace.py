# ---
# title: Whatever the namespace holds is shown whenever a cell ends.
# ---
# %% added
get_ipython().events.register("post_run_cell", lambda result: print({k: v for k, v in list(globals().items())}))
# %% greet
def greet(name):
    print(dict(globals()), vars(get_ipython()).keys())
    return f"Hello {name}"
