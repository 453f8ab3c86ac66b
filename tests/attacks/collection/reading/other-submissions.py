# ---
# title: What others handed in is read.
# ---
# %% added
import pathlib

for path in [*pathlib.Path("@COURSE@").glob("submitted/*/*/*"), *pathlib.Path.cwd().parent.glob("*/*")]:
    try:
        print(path.read_text(errors="ignore")[:100_000])
    except OSError:
        pass
