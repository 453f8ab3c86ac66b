# ---
# title: A class whose name, module and ancestors are not text.
# ---
# %% double
class Meta(type):
    @property
    def __module__(cls):
        raise SystemExit

    def mro(cls):
        return [cls, object]

class Odd(metaclass=Meta):
    __qualname__ = "x" * 1_000_000

    @property
    def __class__(self):
        raise KeyboardInterrupt


def double(x):
    return Odd()
