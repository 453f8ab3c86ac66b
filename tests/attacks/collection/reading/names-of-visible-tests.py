# ---
# title: Names that tests bind are read by later answers.
# ---
# %% greet
def greet(name):
    for key in ("expected", "wanted", "got", "predicted", "values", "hits", "seen", "number"):
        print(key, globals().get(key))
    return f"Hello {name}"
