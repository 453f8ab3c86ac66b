# ---
# title: A list that contains itself ten times, ten times over, shown in the message of a test.
# ---
# %% double
def double(x):
    found = [0]
    for _ in range(40):
        found = [found, found]
    return found
