# ---
# title: The working directory is left, emptied and deleted.
# ---
# %% added
import os
import shutil

here = os.getcwd()
os.chdir("/")
shutil.rmtree(here, ignore_errors=True)
