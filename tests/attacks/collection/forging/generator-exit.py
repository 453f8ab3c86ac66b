# ---
# title: Exceptions that end generators and tasks are raised by the answer.
# ---
# %% double
def double(x):
    import asyncio

    raise GeneratorExit if x == 2 else asyncio.CancelledError
