# ---
# title: Tracebacks are swallowed, and stderr with them.
# ---
# %% added
import sys

shell = get_ipython()
shell.showtraceback = shell.showsyntaxerror = shell._showtraceback = lambda *args, **options: None
type(shell)._showtraceback = lambda *args, **options: None
sys.excepthook = lambda *args: None
shell.set_custom_exc((BaseException,), lambda *args, **options: [])
