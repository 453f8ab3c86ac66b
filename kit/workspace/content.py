"""What a learner's folder is filled with: lessons and assignments, as learners get them.

In a clone the learner versions are made from ``courses/`` and ``assignments/`` when they are asked for. A
wheel carries them ready made in ``kit/_content``, put there by `build_content`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import yaml

from kit.authoring.learner import make_learner_version
from kit.errors import KitError, KitErrors
from kit.grading.release import make_release_version
from kit.i18n import gettext as _
from kit.notebooks import read_notebook
from kit.workspace.welcome import CourseLine, write_welcome

PACKAGED = Path(__file__).parent.parent / "_content"
CLONE = Path(__file__).parent.parent.parent

# The first page of a learner's folder, made from the list of courses.
WELCOME = "START-HERE.md"
# What stands in the folder of a course or an assignment for mentors and authors only.
_NOT_FOR_LEARNERS = {"course.yaml", "assignment.yaml", "rubric.md", "wrong"}


@dataclass(frozen=True)
class Content:
    """The files of a learner's folder.

    Parameters
    ----------
    files
        Path inside the folder, with slashes, and the bytes of the file.
    origin
        The clone or the packaged folder that they come from.
    """

    files: Mapping[str, bytes]
    origin: Path


def find_content() -> Content:
    """Return the content of this installation: of the clone it runs from, or packaged with it.

    Raises
    ------
    KitError
        If there is neither.
    """
    if is_clone(CLONE):
        return Content(make_content(CLONE), CLONE)
    if PACKAGED.is_dir():
        return Content(read_content(PACKAGED), PACKAGED)
    raise KitError(
        _("this installation has no lessons"),
        where=PACKAGED,
        fix=_("Install the kit again: pip install --force-reinstall bitacora-kit"),
    )


def is_clone(folder: Path) -> bool:
    """Say whether a folder is a clone of the kit's repository."""
    try:
        project = (folder / "pyproject.toml").read_text(encoding="utf-8")
    except OSError:
        return False
    return 'name = "bitacora-kit"' in project and (folder / "courses").is_dir()


def build_content(repo: Path, destination: Path) -> tuple[Path, ...]:
    """Write the learner versions of a clone's lessons and assignments into a folder.

    Parameters
    ----------
    repo
        The clone.
    destination
        The folder to fill; it is made if there is none.

    Returns
    -------
    tuple of Path
        The files that were written.

    Raises
    ------
    KitError
        If a solution could leak, or a notebook can not be read; nothing is written then.
    """
    files = make_content(repo)
    for name, data in files.items():
        path = destination / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return tuple(destination / name for name in files)


def read_content(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder that `build_content` wrote."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


def make_content(repo: Path) -> dict[str, bytes]:
    """Return the files that learners get, made from a clone; `build_content` says what is raised."""
    files: dict[str, bytes] = {}
    problems: list[KitError] = []
    for room, make in (("courses", make_learner_version), ("assignments", make_release_version)):
        for path in _files_below(repo / room):
            inside = path.relative_to(repo / room).parts
            if len(inside) < 2 or inside[1] in _NOT_FOR_LEARNERS:
                continue
            name = path.relative_to(repo).as_posix()
            try:
                notebook = path.suffix == ".ipynb"
                files[name] = (
                    _to_bytes(make(read_notebook(path))) if notebook else path.read_bytes()
                )
            except KitErrors as err:
                problems += [
                    KitError(e.what, where=f"{path}, {e.where}", fix=e.fix) for e in err.errors
                ]
    if problems:
        raise KitErrors(problems)
    files[WELCOME] = write_welcome(read_courses(repo), read_assignments(repo)).encode()
    return files


def read_courses(repo: Path) -> list[CourseLine]:
    """Return the courses of a clone with their lessons, in the order in which they are listed."""
    lines = []
    for path in sorted((repo / "courses").glob("*/course.yaml")):
        course = _read_yaml(path)
        notebooks = {each.stem: each for each in path.parent.glob("*.ipynb")}
        order = [str(slug) for slug in course.get("order", []) if slug in notebooks]
        minutes = course.get("minutes", {})
        lines.append(
            CourseLine(
                title=str(course.get("title", path.parent.name)),
                summary=str(course.get("summary", "")).strip(),
                notebooks=tuple(
                    (
                        notebooks[slug].relative_to(repo).as_posix(),
                        _title(notebooks[slug]),
                        minutes.get(slug),
                    )
                    for slug in order
                ),
            )
        )
    return lines


def read_assignments(repo: Path) -> list[tuple[str, str, int | None]]:
    """Return the path, title and minutes of each assignment of a clone, the shortest first."""
    found = []
    for path in sorted((repo / "assignments").glob("*/assignment.yaml")):
        slug = path.parent.name
        contract = _read_yaml(path)
        if (path.parent / f"{slug}.ipynb").is_file():
            title = str(contract.get("title", slug))
            found.append((f"assignments/{slug}/{slug}.ipynb", title, contract.get("minutes")))
    return sorted(found, key=lambda each: (each[2] or 0, each[0]))


def _files_below(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith((".", "__")) for part in path.relative_to(folder).parts)
        if path.is_file() and not hidden:
            yield path


def _to_bytes(notebook: nbformat.NotebookNode) -> bytes:
    text = nbformat.writes(notebook, version=4)
    return (text if text.endswith("\n") else text + "\n").encode()


def _title(path: Path) -> str:
    lesson = read_notebook(path).metadata.get("lesson", {})
    return str(lesson.get("title", path.stem))


def _read_yaml(path: Path) -> dict[str, Any]:
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as err:
        raise KitError(_("this is not YAML"), where=path, fix=_("Correct it")) from err
    if not isinstance(data, dict):
        raise KitError(
            _("this is not a table of names and values"), where=path, fix=_("Write 'title: ...'")
        )
    return data
