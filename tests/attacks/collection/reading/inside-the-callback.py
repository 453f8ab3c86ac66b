# ---
# title: The function that a test hands over is taken apart.
# ---
# %% apply
def apply(function, values):
    for name in ("__defaults__", "__kwdefaults__", "__closure__", "__globals__", "__code__", "__dict__", "__wrapped__"):
        try:
            print(getattr(function, name))
        except AttributeError:
            pass
    code = getattr(function, "__code__", None)
    print(code and code.co_consts, [getattr(function, name, None) for name in dir(function)])
    for slot in getattr(type(function), "__slots__", ()):
        found = getattr(function, slot)
        print(found, getattr(found, "__self__", None) and vars(found.__self__).keys())
    return None
