# ---
# title: System folders and the installed libraries are written.
# ---
# %% added
import pathlib
import sys

for place in ("/usr", "/etc", "/", "/var", sys.prefix, "/usr/local/lib"):
    try:
        path = pathlib.Path(place) / "attack-@MARK@"
        path.write_text("x")
        path.unlink()
        print("WROTE", place)
    except OSError:
        pass
