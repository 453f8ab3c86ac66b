# ---
# title: Folders and files that nobody may read, write or delete are left behind.
# ---
# %% added
import os

os.makedirs("locked/inside", exist_ok=True)
open("locked/inside/file", "w").close()
os.chmod("locked/inside", 0)
os.chmod("locked", 0)
os.chmod(".", 0)
