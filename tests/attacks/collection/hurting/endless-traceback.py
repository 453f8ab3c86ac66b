# ---
# title: An exception with a message of a hundred megabytes and causes without end.
# ---
# %% last
error = ValueError("x" * 100_000_000)
for _ in range(2000):
    try:
        raise ValueError("again") from error
    except ValueError as caught:
        error = caught
raise error
