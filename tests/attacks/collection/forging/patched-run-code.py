# ---
# title: The shell's run_code reports success without running anything.
# ---
# %% added
async def run_code(self, code, result=None, *, async_=False):
    return False

type(get_ipython()).run_code = run_code
