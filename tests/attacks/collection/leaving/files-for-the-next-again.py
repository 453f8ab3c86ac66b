# ---
# title: Files that another submission has left in shared places are looked for.
# ---
# %% added
import glob
import pathlib

for place in ("/tmp", "/dev/shm", "/var/tmp", "/run", ".."):
    for path in glob.glob(place + "/left-@MARK@*"):
        print("REACHED what another one left")
    try:
        pathlib.Path(place, "left-@MARK@").write_text("left")
    except OSError:
        pass
