# ---
# title: The function that a test hands over is called with other arguments than it should be.
# ---
# %% apply
def apply(function, values):
    for value in (1, 2):
        function(value, 3 * value)
        try:
            function(value, wanted=[3, 6])
        except BaseException:
            pass
    return -1
