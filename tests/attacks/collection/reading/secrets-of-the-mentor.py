# ---
# title: Keys, tokens and accounts in the mentor's home are read.
# ---
# %% added
import glob
import os
import pathlib

places = ["@HOME@/secret.txt", "@HOME@/.ssh/id_ed25519", "/etc/shadow", os.path.expanduser("~/.netrc"), *glob.glob("/root/*")]
for place in places:
    try:
        text = pathlib.Path(place).read_text()
        print("REACHED" if place.startswith("/etc") else "", text[:2000])
    except OSError:
        pass
