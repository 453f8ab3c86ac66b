"""The source notebooks of an assignment in the three versions that release and grading need.

Reads a source folder and makes the versions, with every problem of every notebook reported at once.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from kit.errors import KitError, KitErrors
from kit.grading.course import Course
from kit.grading.release import make_gradebook_version, make_release_version
from kit.grading.rules import ReleaseRules
from kit.i18n import gettext as _
from kit.notebooks import read_notebook


@dataclass(frozen=True)
class Master:
    """One notebook of an assignment in the three versions that grading needs.

    Parameters
    ----------
    source
        With solutions and hidden tests.
    full
        With hidden tests and without solutions: what locked cells are restored from.
    release
        What learners get.
    earlier
        What they were given before the assignment was changed, the newest first.
    """

    name: str
    source: NotebookNode
    full: NotebookNode
    release: NotebookNode
    rules: ReleaseRules
    earlier: tuple[NotebookNode, ...] = ()


def make_master(
    source: NotebookNode,
    *,
    name: str = "",
    rules: ReleaseRules | None = None,
    header: NotebookNode | None = None,
    footer: NotebookNode | None = None,
    where: str = "",
) -> Master:
    """Make the three versions of a source notebook; the source itself is not changed.

    Raises
    ------
    KitErrors
        If the source can not be released.
    """
    rules = rules or ReleaseRules()
    where = where or (f"{name}.ipynb" if name else "")
    options: dict[str, Any] = {"rules": rules, "header": header, "footer": footer, "where": where}
    return Master(
        name=name,
        source=source,
        full=make_gradebook_version(source, **options),
        release=make_release_version(source, **options),
        rules=rules,
    )


def source_files(folder: Path, *, ignore: tuple[str, ...] = ()) -> dict[str, Path]:
    """Return relative path → file for everything in a source folder that is not ignored.

    Parameters
    ----------
    ignore
        Patterns for the names of files and folders, as in nbgrader's ``CourseDirectory.ignore``.
    """
    found: dict[str, Path] = {}
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(
            name for name in folders if not any(fnmatch(name, pattern) for pattern in ignore)
        )
        for name in sorted(names):
            if not any(fnmatch(name, pattern) for pattern in ignore):
                path = Path(root) / name
                found[path.relative_to(folder).as_posix()] = path
    return found


def read_masters(course: Course, files: Mapping[str, Path]) -> tuple[Master, ...]:
    """Read the notebooks of an assignment and make their versions.

    Parameters
    ----------
    course
        For its delimiters, header and footer.
    files
        Relative path → file of the source folder; the notebooks at its top are the assignment's.

    Raises
    ------
    KitErrors
        With everything for which any of the notebooks can not be released.
    """
    errors: list[KitError] = []
    extra: dict[str, NotebookNode | None] = {}
    for part, place in (("header", course.header), ("footer", course.footer)):
        try:
            extra[part] = read_notebook(course.root / place) if place else None
        except KitError as err:
            errors.append(err)
    masters = []
    for name, path in files.items():
        if "/" in name or not name.endswith(".ipynb"):
            continue
        try:
            masters.append(
                make_master(
                    read_notebook(path),
                    name=name.removesuffix(".ipynb"),
                    rules=course.rules,
                    header=extra.get("header"),
                    footer=extra.get("footer"),
                    where=str(path),
                )
            )
        except KitErrors as err:
            errors += err.errors
        except KitError as err:
            errors.append(err)
    if errors:
        raise KitErrors(errors)
    if not masters:
        raise KitError(
            _("there is no notebook in this assignment"),
            where=next(iter(files.values())).parent if files else course.root,
            fix=_("Put NAME.ipynb there"),
        )
    return tuple(masters)
