# ---
# title: An object prints each attribute and item that is asked of it, with its arguments.
# ---
# %% double
class Spy:
    def __getattr__(self, name):
        print("ASKED", name)
        return lambda *args, **options: print("ASKED", name, args, options)

    def __getitem__(self, key):
        print("ASKED", key)
        return self

    def __call__(self, *args, **options):
        print("ASKED", args, options)
        return self

    def __format__(self, spec):
        print("ASKED", spec)
        return ""


def double(x):
    return Spy()
# %% anomaly
def anomaly(values):
    return Spy()
# %% Cutoff
Cutoff = Spy()
