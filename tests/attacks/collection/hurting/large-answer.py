# ---
# title: The answer is a text of three hundred million letters.
# ---
# %% double
def double(x):
    return "x" * 300_000_000
