# ---
# title: The answer raises an exception whose class, text and traceback are traps.
# ---
# %% double
class Strange(BaseException):
    __module__ = "builtins"
    __qualname__ = "StopIteration"

    def __str__(self):
        raise Strange

    __repr__ = __str__


def double(x):
    error = Strange()
    error.__cause__ = error.__context__ = error
    raise error
