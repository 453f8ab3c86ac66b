# ---
# title: A class whose attributes say when and with what they are set.
# ---
# %% Cutoff
class Cutoff:
    def __init__(self, *args, **options):
        print("GOT", args, options)

    def __setattr__(self, name, value):
        print("GOT", name, value)

    def predict(self, *args, **options):
        print("GOT", args, options)
        return iter(())
