# ---
# title: A file that says that it has a terabyte.
# ---
# %% added
try:
    with open("sparse", "wb") as file:
        file.truncate(2**40)
except OSError as error:
    print(error)
