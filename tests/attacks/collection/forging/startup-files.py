# ---
# title: Files are left that run when Python or IPython start the next time.
# ---
# %% added
import os
import pathlib
import site
import sysconfig

places = [
    pathlib.Path(sysconfig.get_path("purelib")) / "attack-@MARK@.pth",
    pathlib.Path(site.getusersitepackages()) / "usercustomize.py",
    pathlib.Path("@HOME@/.ipython/profile_default/startup/attack.py"),
    pathlib.Path("@HOME@/.jupyter/nbgrader_config.py"),
    pathlib.Path("@COURSE@/nbgrader_config.py"),
    pathlib.Path("@COURSE@/kit.yaml"),
]
for place in places:
    try:
        before = place.exists()
        place.parent.mkdir(parents=True, exist_ok=True)
        with place.open("a") as file:
            pass
        if not before:
            place.unlink()
        if before or pathlib.Path("@HOME@/secret.txt").exists():
            print("REACHED", place)
    except OSError:
        pass
