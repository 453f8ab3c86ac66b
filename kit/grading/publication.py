"""Bringing an assignment to learners: into the course, into the gradebook, into ``release/``.

Everything is checked before anything is written. What learners get is made in `kit.grading.release`.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kit.errors import KitError, KitErrors
from kit.grading.assignment import load_assignment
from kit.grading.course import Course
from kit.grading.fingerprint import digest_folder
from kit.grading.folders import Replacement, copy_files, reserved_folder, set_modes
from kit.grading.leaks import Leak, find_leaks
from kit.grading.masters import Master, read_masters, source_files
from kit.grading.registration import register_assignment
from kit.grading.versions import keep_version, source_digest
from kit.i18n import gettext as _
from kit.notebooks import write_notebook

#: What lies beside a source notebook and is for mentors only.
PRIVATE = ("wrong", "rubric.md", "assignment.yaml")
MAX_SEARCHED = 2_000_000


@dataclass(frozen=True)
class Publication:
    """What was released: which notebooks with how many points, and where they lie."""

    assignment: str
    folder: Path
    notebooks: tuple[str, ...]
    max_score: float
    files: tuple[str, ...]


def publish_assignment(
    course: Course, assignment: str | Path, *, allow_shared: bool = False, force: bool = False
) -> Publication:
    """Release an assignment.

    Parameters
    ----------
    course
        Where to.
    assignment
        A folder ``assignments/<slug>/``, which is copied into the course first, or the name of an
        assignment that is in the course's ``source/``.
    allow_shared
        Release although a line of a solution or a hidden test stands in what learners see.
    force
        Replace a source in the course that was changed there.

    Raises
    ------
    KitError
        If it can not be released; nothing is written then.
    """
    origin = _origin(course, assignment)
    slug = origin.resolve().name if origin is not None else str(assignment)
    folder = origin or course.folder("source", slug)
    if origin is not None:
        load_assignment(origin)
        _check_untouched(course, slug, force=force)
    ignore = course.ignore + (PRIVATE if origin is not None else ())
    files = source_files(folder, ignore=ignore)
    masters = read_masters(course, files)
    released = {name: path for name, path in files.items() if not name.endswith(".ipynb")}
    if not allow_shared:
        _refuse_leaks(masters, released, folder)
    target = course.folder("release", slug)
    with reserved_folder(course.state()):
        deadline = course.settings.deadline(slug)
        register_assignment(course, slug, masters, due=deadline.due)
        if origin is not None:
            _bring_in(course, slug, origin, files)
        # What learners get from here on; when it is changed later, nobody is told that cells were missing.
        keep_version(course, slug, source_digest(course, slug))
        with Replacement(target) as fresh:
            copy_files(released, fresh)
            for master in masters:
                write_notebook(master.release, fresh / f"{master.name}.ipynb")
        set_modes(target, 0o664 if course.groupshared else 0o644)
    points = sum(
        float(cell.metadata.nbgrader.get("points", 0))
        for master in masters
        for cell in master.full.cells
        if cell.metadata.get("nbgrader", {}).get("grade")
        or cell.metadata.get("nbgrader", {}).get("task")
    )
    return Publication(
        assignment=slug,
        folder=target,
        notebooks=tuple(master.name for master in masters),
        max_score=points,
        files=tuple(released),
    )


def _origin(course: Course, assignment: str | Path) -> Path | None:
    """Return the folder to bring in, or None for an assignment that is already in the course."""
    path = Path(assignment)
    inside = (course.folder("source", ".") / path.name).resolve()
    if (path / "assignment.yaml").is_file() and path.resolve() != inside:
        return path
    name = str(assignment)
    if os.sep in name or name in (".", ".."):
        if path.is_dir() and path.resolve() != inside:
            raise KitError(
                _("this folder has no assignment.yaml"),
                where=path,
                fix=_("Name a folder below assignments/, or an assignment that is in the course"),
            )
        if not path.exists():
            raise KitError(_("there is no such folder"), where=path, fix=_("Check the path"))
        name = path.name
    course.check_assignment(name)
    return None


def _refuse_leaks(masters: Sequence[Master], files: Mapping[str, Path], folder: Path) -> None:
    texts = {name: _text(path) for name, path in files.items()}
    leaks: list[tuple[str, Leak]] = []
    for one in masters:
        for number, other in enumerate(masters):
            searched = texts if number == 0 else {}
            found = find_leaks(one.source, other.release, rules=one.rules, files=searched)
            leaks += [(other.name, leak) for leak in found]
    if not leaks:
        return
    errors = [
        KitError(
            _("learners would read a line of {secret!r} in {place}: {line}").format(
                secret=leak.taken_from, place=leak.found_in, line=leak.line
            ),
            where=folder / f"{name}.ipynb",
            fix=_("Take it out, or add --allow-shared if learners may read it"),
        )
        for name, leak in leaks
    ]
    raise KitErrors(errors)


def _text(path: Path) -> str:
    """Return the text of a file, empty for one that is no text or too large to be a leak by accident."""
    try:
        if path.stat().st_size > MAX_SEARCHED:
            return ""
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def _check_untouched(course: Course, slug: str, *, force: bool) -> None:
    """Refuse to replace a source that was not brought in from elsewhere, or changed since."""
    target = course.folder("source", slug)
    if force or not target.exists():
        return
    note = course.state("assignments", slug, "origin.json")
    try:
        known = json.loads(note.read_text(encoding="utf-8")).get("digest")
    except (OSError, ValueError):
        known = None
    if known != digest_folder(target, ignore=course.ignore):
        raise KitError(
            _("this source was written or changed in the course, and would be replaced"),
            where=target,
            fix=_("Release it by its name ({slug}), or add --force to replace it").format(
                slug=slug
            ),
        )


def _bring_in(course: Course, slug: str, origin: Path, files: Mapping[str, Path]) -> None:
    """Copy an assignment into the course; what is for mentors goes where nothing is released from."""
    target = course.folder("source", slug)
    with Replacement(target) as fresh:
        copy_files(files, fresh)
    private = course.state("assignments", slug)
    with Replacement(private) as fresh:
        for name in ("assignment.yaml", "rubric.md"):
            if (origin / name).is_file():
                shutil.copyfile(origin / name, fresh / name)
        note = {"digest": digest_folder(target, ignore=course.ignore)}
        (fresh / "origin.json").write_text(json.dumps(note) + "\n", encoding="utf-8")
