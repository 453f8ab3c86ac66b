# ---
# title: The frames behind a traceback are searched.
# ---
# %% double
def double(x):
    try:
        raise ValueError
    except ValueError as error:
        frame = error.__traceback__.tb_frame
        while frame:
            print(frame.f_locals, frame.f_code.co_consts)
            frame = frame.f_back
    return -1
