# ---
# title: The history of the shell is read.
# ---
# %% greet
def greet(name):
    shell = get_ipython()
    print(shell.user_ns.get("In"), shell.user_ns.get("_ih"), shell.user_ns.get("_i"))
    try:
        print(list(shell.history_manager.get_range(raw=True)), list(shell.history_manager.search("*QUO*")))
    except Exception:
        pass
    return f"Hello {name}"
