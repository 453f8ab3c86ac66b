"""Versions of an assignment: every source that submissions were graded with, kept as it was.

An author may correct an assignment after submissions came in. Each source that was graded with is kept in the
course, ``.kit/versions/<assignment>/<number>/``, private tests included. So marks can be computed again from
their evidence, and a learner who was given an earlier version is not told that cells were missing.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kit.errors import KitError
from kit.grading.course import Course
from kit.grading.fingerprint import digest_folder, hash_parts
from kit.grading.folders import Replacement, copy_files
from kit.i18n import gettext as _

if TYPE_CHECKING:
    from nbformat import NotebookNode

_ABOUT = "version.json"


@dataclass(frozen=True)
class Version:
    """One source of an assignment.

    Parameters
    ----------
    number
        1 for the first that was graded with.
    digest
        What stands in the evidence of a mark as its source.
    folder
        Where it is kept.
    kept_at
        When it was first used (ISO 8601).
    private
        Whether private tests are in it.
    rules
        A hash of the course's delimiters, without which its text can not be read as it was.
    """

    number: int
    digest: str
    folder: Path
    kept_at: str
    private: bool = False
    rules: str = ""


def source_digest(course: Course, assignment: str, private: Path | None = None) -> str:
    """Return the hash of all that marks depend on in a source, private tests included."""
    parts: list[Any] = [digest_folder(course.folder("source", assignment), ignore=course.ignore)]
    for name in (course.header, course.footer):
        path = course.root / name
        parts.append(path.read_bytes() if name and path.is_file() else b"")
    parts += [course.rules, sorted(course.keep_files.get(assignment, ()))]
    if private is not None:
        parts.append(digest_folder(Path(private) / assignment, ignore=course.ignore))
    return hash_parts(*parts)


def list_versions(course: Course, assignment: str) -> tuple[Version, ...]:
    """Return the versions that are kept, the oldest first."""
    found = []
    for path in course.state("versions", assignment).glob(f"[0-9]*/{_ABOUT}"):
        try:
            about = json.loads(path.read_text(encoding="utf-8"))
            found.append(Version(folder=path.parent, **about))
        except (OSError, ValueError, TypeError):
            # Half a version can not be graded with; the next run keeps it again.
            continue
    return tuple(sorted(found, key=lambda version: version.number))


def find_version(course: Course, assignment: str, digest: str) -> Version | None:
    """Return the version with a hash, or None when it is not kept."""
    return next((v for v in list_versions(course, assignment) if v.digest == digest), None)


def keep_version(
    course: Course,
    assignment: str,
    digest: str,
    *,
    private: Path | None = None,
    folder: Path | None = None,
) -> Version:
    """Keep the source as it is now, unless it is kept already.

    Parameters
    ----------
    digest
        Its hash, from `source_digest`.
    private
        The folder of private tests, see `kit.grading.private`.
    folder
        Where to write it instead, for a trial that leaves no trace.

    Raises
    ------
    KitErrors
        With everything for which a notebook can not be read, or private tests not be laid over it.
    """
    known = find_version(course, assignment, digest)
    if known is not None:
        return known
    there = list_versions(course, assignment)
    number = there[-1].number + 1 if there else 1
    target = folder or course.state("versions", assignment, str(number))
    version = Version(
        number=number,
        digest=digest,
        folder=target,
        kept_at=datetime.now(UTC).isoformat(timespec="seconds"),
        private=private is not None,
        rules=hash_parts(course.rules),
    )
    with Replacement(target) as fresh:
        _copy_source(course, assignment, private, fresh)
        about = {name: getattr(version, name) for name in _FIELDS}
        (fresh / _ABOUT).write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
    # Tests are in it.
    target.chmod(0o700)
    return version


_FIELDS = ("number", "digest", "kept_at", "private", "rules")


def _copy_source(course: Course, assignment: str, private: Path | None, fresh: Path) -> None:
    from kit.grading.masters import source_files

    files = source_files(course.folder("source", assignment), ignore=course.ignore)
    (fresh / "source").mkdir()
    copy_files(files, fresh / "source")
    for part, place in (("header", course.header), ("footer", course.footer)):
        if place and (course.root / place).is_file():
            shutil.copyfile(course.root / place, fresh / f"{part}.ipynb")
    if private is not None:
        from kit.grading.private import lay_over_all
        from kit.notebooks import read_notebook, write_notebook

        notebooks = {
            path.stem: read_notebook(path) for path in sorted((fresh / "source").glob("*.ipynb"))
        }
        for name, merged in lay_over_all(
            assignment, private, notebooks, rules=course.rules
        ).items():
            write_notebook(merged, fresh / "source" / f"{name}.ipynb")


def course_of(course: Course, version: Version) -> Course:
    """Return a course whose source of this assignment is a version that was kept."""
    header, footer = (version.folder / f"{part}.ipynb" for part in ("header", "footer"))
    return replace(
        course,
        structure="{nbgrader_step}/{student_id}",
        steps={**course.steps, "source": str(version.folder / "source")},
        header=str(header) if header.is_file() else "",
        footer=str(footer) if footer.is_file() else "",
    )


def earlier_releases(
    course: Course, assignment: str, version: Version
) -> Mapping[str, tuple[NotebookNode, ...]]:
    """Return name of a notebook → what learners may have been given before this version, the newest first."""
    from kit.grading.masters import read_masters, source_files

    given = {name: (notebook,) for name, notebook in _released(course, assignment).items()}
    for old in reversed(list_versions(course, assignment)):
        if old.digest == version.digest or old.rules != version.rules:
            continue
        other = course_of(course, old)
        try:
            masters = read_masters(other, source_files(other.folder("source", assignment)))
        except KitError:
            continue
        for master in masters:
            given[master.name] = (*given.get(master.name, ()), master.release)
    return given


def _released(course: Course, assignment: str) -> dict[str, NotebookNode]:
    """Return what lies in ``release/`` now: a course may have been released by nbgrader."""
    from kit.notebooks import read_notebook

    found = {}
    for path in sorted(course.folder("release", assignment).glob("*.ipynb")):
        try:
            found[path.stem] = read_notebook(path)
        except KitError:
            continue
    return found


def require_private(course: Course, assignment: str, private: Path | None) -> None:
    """Refuse to grade without private tests what was graded with them.

    Raises
    ------
    KitError
        If the newest version has private tests, and none are named now.
    """
    versions = list_versions(course, assignment)
    if private is None and versions and versions[-1].private:
        raise KitError(
            _("{assignment} was graded with private tests, and none are named now").format(
                assignment=assignment
            ),
            where=course.root,
            fix=_("Add --private DIR, or --no-private to grade without them from now on"),
        )
