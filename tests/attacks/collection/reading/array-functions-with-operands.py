# ---
# title: An array prints the other operands of numpy's functions.
# ---
# %% anomaly
class Spy(np.ndarray):
    def __array_ufunc__(self, ufunc, method, *inputs, **options):
        print("OPERAND", [np.asarray(one).tolist() for one in inputs])
        return np.zeros(3)

    def __array_function__(self, function, types, args, options):
        print("OPERAND", function, args, options)
        return np.zeros(3)


def anomaly(values):
    return np.zeros(3).view(Spy)
