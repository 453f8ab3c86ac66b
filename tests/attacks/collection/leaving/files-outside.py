# ---
# title: Files outside are written, deleted, renamed and emptied.
# ---
# %% added
import os
import pathlib

for action in (
    lambda: pathlib.Path("@HOME@/new.txt").write_text("x"),
    lambda: pathlib.Path("@HOME@/secret.txt").unlink(),
    lambda: os.rename("@HOME@/secret.txt", "@HOME@/other.txt"),
    lambda: os.truncate("@HOME@/secret.txt", 0),
    lambda: os.chmod("@HOME@/secret.txt", 0o777),
    lambda: os.utime("@HOME@/secret.txt", (1, 1)),
    lambda: pathlib.Path("@COURSE@/submitted/new.txt").write_text("x"),
    lambda: pathlib.Path("@COURSE@/gradebook.db").write_bytes(b""),
):
    try:
        action()
    except OSError:
        pass
