# ---
# title: Folders in folders until nobody can delete them.
# ---
# %% added
import os

here = os.getcwd()
try:
    for _ in range(3000):
        os.mkdir("d" * 50)
        os.chdir("d" * 50)
except OSError as error:
    print(error)
os.chdir(here)
