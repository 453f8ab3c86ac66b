# ---
# title: An array of objects that equal everything.
# ---
# %% anomaly
class Yes:
    __eq__ = lambda self, other: True
    __ne__ = lambda self, other: False
    __sub__ = __rsub__ = lambda self, other: 0.0
    __abs__ = lambda self: 0.0
    __le__ = __lt__ = __ge__ = __gt__ = lambda self, other: True
    __float__ = lambda self: 0.0


def anomaly(values):
    return np.array([Yes() for _ in values], dtype=object)
