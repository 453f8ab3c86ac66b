# ---
# title: The kernel's handler of requests records them.
# ---
# %% added
recorded = []
kernel = getattr(get_ipython(), "kernel", None)
if kernel is not None:
    handler = kernel.shell_handlers["execute_request"]

    async def spy(stream, ident, parent):
        recorded.append(parent["content"]["code"])
        return await handler(stream, ident, parent)

    kernel.shell_handlers["execute_request"] = spy
# %% greet
def greet(name):
    print(recorded)
    return f"Hello {name}"
