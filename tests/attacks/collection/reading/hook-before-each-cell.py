# ---
# title: A hook of IPython records the text of every later cell.
# ---
# %% added
recorded = []
get_ipython().events.register("pre_run_cell", lambda info: recorded.append(info.raw_cell))
get_ipython().events.register("post_run_cell", lambda result: print(recorded))
# %% greet
def greet(name):
    print(recorded)
    return f"Hello {name}"
