"""A course directory: nbgrader's folders and configuration, and the kit's own settings.

Reads only. nbgrader itself is not imported, so that commands which have nothing to do answer at once. What is
in the folders is left to others.
"""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from kit.errors import KitError
from kit.grading.configuration import CONFIG, Configuration, list_notices, read_config, read_rules
from kit.grading.rules import ReleaseRules
from kit.grading.settings import SETTINGS, Settings, read_settings
from kit.grading.terms import LatePolicy
from kit.i18n import gettext as _

STATE = ".kit"
# Stands for any name in a path, and can not be a part of one that is typed.
_ANY = "\x01"


@dataclass(frozen=True)
class Course:
    """An nbgrader course directory and its configuration, nbgrader's defaults filled in."""

    root: Path
    rules: ReleaseRules = field(default_factory=ReleaseRules)
    settings: Settings = field(default_factory=Settings)
    course_id: str = ""
    db_url: str = ""
    structure: str = "{nbgrader_step}/{student_id}/{assignment_id}"
    steps: Mapping[str, str] = field(default_factory=dict)
    ignore: tuple[str, ...] = (".ipynb_checkpoints", "*.pyc", "__pycache__", "feedback")
    header: str = ""
    footer: str = ""
    keep_files: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    late: LatePolicy | None = None
    timeout: float | None = None
    groupshared: bool = False
    notices: tuple[str, ...] = ()

    def folder(self, step: str, assignment: str, student: str = ".") -> Path:
        """Return the folder of an assignment in one of nbgrader's steps.

        Parameters
        ----------
        step
            ``"source"``, ``"release"``, ``"submitted"``, ``"autograded"`` or ``"feedback"``.
        assignment, student
            Names; source and release have no student.
        """
        text = self.structure.format(
            nbgrader_step=self.steps.get(step, step), student_id=student, assignment_id=assignment
        )
        return Path(os.path.normpath(self.root / text))

    def assignments(self) -> tuple[str, ...]:
        """Return the names of the assignments that have a source with a notebook, sorted."""
        # The folders may lie outside the course, so Path.glob has no place to begin.
        pattern = _glob_pattern(self.folder("source", _ANY)) + "/*.ipynb"
        found = glob.glob(pattern)  # noqa: PTH207
        return tuple(sorted({Path(path).parent.name for path in found}))

    def submissions(self, assignment: str) -> dict[str, Path]:
        """Return student → folder for everyone who handed in an assignment, sorted by student."""
        folder = self.folder("submitted", assignment, _ANY)
        shape = re.compile("([^/]+)".join(map(re.escape, str(folder).split(_ANY))))
        found = glob.glob(_glob_pattern(folder))  # noqa: PTH207
        students = {match[1]: Path(path) for path in found if (match := shape.fullmatch(path))}
        return dict(sorted(students.items()))

    def check_assignment(self, assignment: str) -> None:
        """Raise a `KitError` that lists the assignments when there is none of this name."""
        known = self.assignments()
        if assignment not in known:
            raise KitError(
                _("there is no assignment {name!r} in this course").format(name=assignment),
                where=self.folder("source", "."),
                fix=_("The assignments are: {known}").format(known=", ".join(known))
                if known
                else _("There are none yet: bring one in with kit release PATH --course DIR"),
            )

    def state(self, *parts: str) -> Path:
        """Return a path in the kit's own folder of the course."""
        return self.root.joinpath(STATE, *parts)

    def results_folder(self, assignment: str) -> Path:
        """Return the folder of the results of an assignment, one JSON file for each student."""
        return self.state("results", assignment)

    def contract_path(self, assignment: str) -> Path:
        """Return where the ``assignment.yaml`` of a released assignment is kept, out of reach of learners."""
        return self.state("assignments", assignment, "assignment.yaml")

    def rubric_path(self, assignment: str) -> Path:
        """Return where the rubric of a released assignment is kept, out of reach of learners."""
        return self.state("assignments", assignment, "rubric.md")


def load_course(root: str | Path, *, new: bool = False) -> Course:
    """Load a course directory.

    Parameters
    ----------
    root
        The folder that holds ``source/`` and, where there is one, ``nbgrader_config.py``.
    new
        Accept a folder that is no course yet, because the caller is about to make it one.

    Raises
    ------
    KitError
        If the folder is missing or no course, or its configuration can not be read.
    """
    root = Path(root).absolute()
    if not root.is_dir():
        raise KitError(
            _("there is no such course directory"),
            where=root,
            fix=_("Check --course; a new course begins with: mkdir DIR"),
        )
    config, settings = read_config(root), read_settings(root / SETTINGS)
    get = Configuration(config, root)
    course = Course(
        root=root,
        rules=read_rules(get),
        settings=settings,
        course_id=get.text("CourseDirectory", "course_id"),
        db_url=_absolute(get.text("CourseDirectory", "db_url"), root),
        structure=get.text("CourseDirectory", "directory_structure", Course.structure),
        steps={
            step: get.text("CourseDirectory", f"{step}_directory", step)
            for step in ("source", "release", "submitted", "autograded", "feedback")
        },
        ignore=tuple(get.value("CourseDirectory", "ignore", list(Course.ignore))),
        header=get.text("IncludeHeaderFooter", "header"),
        footer=get.text("IncludeHeaderFooter", "footer"),
        keep_files={
            name: tuple(files)
            for name, files in dict(get.value("Autograde", "exclude_overwriting", {})).items()
        },
        # With nbgrader's method 'zero' a late submission loses everything.
        late=LatePolicy(per_day=1.0)
        if get.value("LateSubmissionPlugin", "penalty_method", "none") == "zero"
        else None,
        timeout=get.value("Execute", "timeout", get.value("ExecutePreprocessor", "timeout", None)),
        groupshared=bool(get.value("CourseDirectory", "groupshared", False)),
        notices=(*list_notices(config), *_expiry(settings)),
    )
    if not new and not (course.folder("source", ".").is_dir() or (root / CONFIG).is_file()):
        raise KitError(
            _("this is not a course directory: it has no folder {source!r}").format(
                source=course.steps["source"]
            ),
            where=root,
            fix=_("Check --course, or bring an assignment in: kit release PATH --course DIR"),
        )
    return course


def _absolute(db_url: str, root: Path) -> str:
    """Return the gradebook's URL with a path that does not depend on the current folder."""
    if not db_url:
        return f"sqlite:///{root / 'gradebook.db'}"
    prefix = "sqlite:///"
    if db_url.startswith(prefix) and not db_url.startswith(prefix + "/"):
        return f"{prefix}{root / db_url.removeprefix(prefix)}"
    return db_url


def _expiry(settings: Settings) -> list[str]:
    """Say when the day is over until which marks are kept; `kit.grading.retention` does what follows."""
    until = settings.keep_until
    if until is None or datetime.now(UTC).date() <= until:
        return []
    text = _("Marks were to be kept until {date}. To erase them: kit people erase --expired")
    return [text.format(date=until.isoformat())]


def _glob_pattern(path: Path) -> str:
    return "*".join(map(glob.escape, str(path).split(_ANY)))


def to_utc(moment: datetime) -> datetime:
    """Return a time as nbgrader's gradebook keeps it: in UTC, without a zone."""
    return moment.astimezone(UTC).replace(tzinfo=None)
