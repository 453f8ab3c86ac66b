# ---
# title: A subclass of ndarray whose comparisons are true.
# ---
# %% anomaly
class Array(np.ndarray):
    def __eq__(self, other):
        return np.ones(self.shape, bool)

    def __array_ufunc__(self, ufunc, method, *inputs, **options):
        return np.zeros(3) if "sub" in ufunc.__name__ else np.ones(3, bool)

    def __array_function__(self, function, types, args, options):
        return True

    def all(self, *args, **options):
        return True


def anomaly(values):
    return np.zeros(len(values)).view(Array)
