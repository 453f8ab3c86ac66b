# ---
# title: An iterator gives one small value after another, for ever.
# ---
# %% Cutoff
class Cutoff:
    def __init__(self, level):
        pass

    def predict(self, values):
        return self

    def __iter__(self):
        return self

    def __next__(self):
        return True
