# ---
# title: The process aborts, and would leave an image of its memory.
# ---
# %% double
def double(x):
    import os
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, resource.getrlimit(resource.RLIMIT_CORE)[1:] * 2)
    os.abort()
