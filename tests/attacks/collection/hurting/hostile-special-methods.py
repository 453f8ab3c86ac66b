# ---
# title: Objects whose special methods never end, lie or fail.
# ---
# %% Cutoff
class Cutoff:
    def __init__(self, level):
        pass

    def predict(self, values):
        return self

    def __len__(self):
        return 2**62

    def __length_hint__(self):
        return 2**62

    def __iter__(self):
        return self

    def __next__(self):
        raise RecursionError

    def __array__(self, *args, **options):
        return self

    def __reduce__(self):
        return (exec, ("import os; os.abort()",))

    def __index__(self):
        return 2**62

    def __hash__(self):
        return 2**200

    def __del__(self):
        raise SystemExit

    def __getattr__(self, name):
        return getattr(self, name + "x")
# %% anomaly
anomaly = Cutoff(1).predict
