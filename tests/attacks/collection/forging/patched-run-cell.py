# ---
# title: The shell's run_cell does nothing from here on.
# ---
# %% added
shell = get_ipython()
type(shell).run_cell = lambda self, *args, **options: None
type(shell).run_cell_async = lambda self, *args, **options: None
type(shell).run_code = lambda self, *args, **options: None
