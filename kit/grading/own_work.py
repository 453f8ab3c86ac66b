"""What a learner means to hand in: a path, or the name of an assignment in their own folder."""

from __future__ import annotations

import json
from pathlib import Path

from kit.errors import KitError
from kit.grading.exchange import check_name
from kit.i18n import gettext as _

#: The minutes that a learner worked on each question, where they chose to hand them in.
TIME_FILE = "time-on-task.json"


def find_learner_folder(start: str | Path) -> Path | None:
    """Return the nearest folder at or above ``start`` that `kit start` made, or None."""
    here = Path(start).resolve()
    return next(
        (
            folder
            for folder in (here, *here.parents)
            if (folder / ".kit" / "learner.json").is_file()
        ),
        None,
    )


def learner_id(folder: Path | None) -> str | None:
    """Return the id that a learner's folder carries, or None when it carries none."""
    if folder is None:
        return None
    try:
        data = json.loads((folder / ".kit" / "learner.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    value = data.get("id") if isinstance(data, dict) else None
    return value if isinstance(value, str) and value else None


def find_work(what: str, start: str | Path) -> tuple[str, Path, list[Path]]:
    """Find what a learner means by a notebook or by the name of an assignment.

    A path to a notebook means that notebook, and the assignment is called like it. A path to a
    folder, as nbgrader makes one with several notebooks, means all notebooks in it. A bare name is
    looked for here and in the learner's folder.

    Returns
    -------
    tuple
        The assignment, the folder that the files are relative to, and the notebooks.

    Raises
    ------
    KitError
        If nothing is found; the message lists where it looked.
    """
    start = Path(start)
    path = start / what
    if path.is_file():
        return check_name(path.stem, "assignment"), path.parent, [path]
    places = [path]
    if path.suffix != ".ipynb":
        root = find_learner_folder(start)
        # A bare name may mean the folder itself, or a folder in one of these.
        parents = [start, *([root, root / "assignments", root / "practice"] if root else [])]
        places = list(dict.fromkeys(parent / what for parent in parents))
    for place in places:
        if place.with_name(place.name + ".ipynb").is_file():
            found = place.with_name(place.name + ".ipynb")
            return check_name(found.stem, "assignment"), found.parent, [found]
        notebooks = sorted(place.glob("*.ipynb")) if place.is_dir() else []
        if notebooks:
            return check_name(place.resolve().name, "assignment"), place, notebooks
    looked = ", ".join(str(place) for place in places)
    raise KitError(
        _("there is no notebook or assignment called {what!r}").format(what=what),
        fix=_("Give the path of the .ipynb file. This was looked at: {places}").format(
            places=looked
        ),
    )
