# ---
# title: All objects that the interpreter knows are searched for text of tests.
# ---
# %% double
def double(x):
    import gc

    word = "".join(("QUO", "KKA"))
    for found in gc.get_referents(*gc.get_objects()):
        if isinstance(found, str) and word in found and len(found) < 10**6:
            print(found)
    return -1
# %% greet
def greet(name):
    double(1)
    return f"Hello {name}"
