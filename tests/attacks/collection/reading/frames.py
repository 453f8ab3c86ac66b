# ---
# title: All frames above the answer are searched.
# ---
# %% double
def double(x):
    import sys

    frame = sys._getframe()
    while frame:
        print(frame.f_code.co_consts, list(frame.f_locals.values()), frame.f_code.co_filename)
        frame = frame.f_back
    return -1
