# ---
# title: Files outside are reached through links in the working directory.
# ---
# %% added
import os
import pathlib

for number, target in enumerate(("@HOME@/secret.txt", "@COURSE@/gradebook.db", "/etc/shadow")):
    for make in (os.link, os.symlink):
        try:
            make(target, f"link-{number}-{make.__name__}")
            text = pathlib.Path(f"link-{number}-{make.__name__}").read_bytes()
            print("REACHED" if number == 2 else "", text[:500])
        except OSError:
            pass
