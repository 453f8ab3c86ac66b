# ---
# title: The function that a test hands over is made to fail, for what its error says.
# ---
# %% apply
def apply(function, values):
    import traceback

    for arguments in ((), (1, 2, 3, 4), (object(),), ({},)):
        try:
            function(*arguments)
        except BaseException as error:
            print(error, error.args, traceback.format_exc())
            trace = error.__traceback__
            while trace:
                print(trace.tb_frame.f_locals)
                trace = trace.tb_next
    return None
