"""A course directory: nbgrader's folders and configuration, and the kit's own settings in ``kit.yaml``.

Reads only. nbgrader itself is not imported: its configuration file is read with traitlets, so that commands
which have nothing to do answer at once. What is in the folders is left to others.
"""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from kit.errors import KitError, KitErrors
from kit.grading.rules import Region, ReleaseRules
from kit.grading.terms import LatePolicy, Limits, parse_late, parse_limits
from kit.i18n import gettext as _

CONFIG = "nbgrader_config.py"
SETTINGS = "kit.yaml"
STATE = ".kit"
# Stands for any name in a path, and can not be a part of one that is typed.
_ANY = "\x01"


@dataclass(frozen=True)
class Deadline:
    """When an assignment is due, what being late costs, and who has more time; times carry their zone."""

    due: datetime | None = None
    late: LatePolicy | None = None
    limits: Limits | None = None
    extensions: Mapping[str, datetime] = field(default_factory=dict)

    def due_for(self, student: str) -> datetime | None:
        """Return when the assignment is due for one person."""
        return self.extensions.get(student, self.due)


@dataclass(frozen=True)
class Settings:
    """What ``kit.yaml`` says; a course without one has these values.

    Parameters
    ----------
    timezone
        The zone of times without one.
    min_group
        The smallest group of people on which a report may say something.
    assignments
        Name → `Deadline`.
    """

    timezone: str = "UTC"
    min_group: int = 5
    assignments: Mapping[str, Deadline] = field(default_factory=dict)

    def deadline(self, assignment: str) -> Deadline:
        """Return the deadline of an assignment; an empty one when none was set."""
        return self.assignments.get(assignment, Deadline())


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
    config = _read_config(root)
    get = _Config(config, root)
    course = Course(
        root=root,
        rules=_rules(get),
        settings=read_settings(root / SETTINGS),
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
        notices=_notices(config),
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


def read_settings(path: Path) -> Settings:
    """Read ``kit.yaml``; a missing file gives the defaults.

    Raises
    ------
    KitErrors
        With everything that is wrong in it.
    """
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except FileNotFoundError:
        return Settings()
    except (yaml.YAMLError, UnicodeDecodeError) as err:
        mark = getattr(err, "problem_mark", None)
        raise KitError(
            _("this is not YAML ({reason})").format(reason=getattr(err, "problem", None) or err),
            where=f"{path}, line {mark.line + 1}" if mark else path,
        ) from None
    errors: list[KitError] = []
    where = str(path)
    if not isinstance(data, dict):
        raise KitError(_("this is not a table of names and values"), where=where)
    _check_names(data, {"timezone", "min_group", "assignments"}, "", where, errors)
    zone = data.get("timezone", "UTC")
    try:
        tz = ZoneInfo(str(zone))
    except (KeyError, ValueError, OSError):
        tz = ZoneInfo("UTC")
        errors.append(
            KitError(
                _("there is no time zone {zone!r}").format(zone=zone),
                where=where,
                fix=_("Write one such as America/Santiago or Europe/Paris"),
            )
        )
    group = data.get("min_group", 5)
    if not isinstance(group, int) or isinstance(group, bool) or group < 1:
        errors.append(
            KitError(_("'min_group' is {n!r}, not a number").format(n=group), where=where)
        )
        group = 5
    tables = data.get("assignments") or {}
    if not isinstance(tables, dict):
        errors.append(KitError(_("'assignments' is not a table"), where=where))
        tables = {}
    deadlines = {
        str(name): _deadline(str(name), table, tz, where, errors) for name, table in tables.items()
    }
    if errors:
        raise KitErrors(errors)
    return Settings(str(zone), group, deadlines)


def _deadline(name: str, table: Any, tz: ZoneInfo, where: str, errors: list[KitError]) -> Deadline:
    if not isinstance(table, dict):
        errors.append(
            KitError(_("'assignments.{name}' is not a table").format(name=name), where=where)
        )
        return Deadline()
    _check_names(
        table, {"due", "late", "limits", "extensions"}, f"assignments.{name}.", where, errors
    )
    late = limits = None
    for part, parse in (("late", parse_late), ("limits", parse_limits)):
        if part in table:
            try:
                value = parse(table[part], where=f"{where}, assignments.{name}")
            except KitErrors as err:
                errors += err.errors
                continue
            if isinstance(value, LatePolicy):
                late = value
            else:
                limits = value
    extensions = table.get("extensions") or {}
    if not isinstance(extensions, dict):
        errors.append(
            KitError(
                _("'assignments.{name}.extensions' is not a table").format(name=name), where=where
            )
        )
        extensions = {}
    place = f"assignments.{name}"
    until = {
        str(student): moment
        for student, value in extensions.items()
        if (moment := _moment(value, tz, f"{place}.extensions.{student}", where, errors))
    }
    return Deadline(
        due=_moment(table.get("due"), tz, f"{place}.due", where, errors),
        late=late,
        limits=limits,
        extensions=until,
    )


def _moment(
    value: Any, tz: ZoneInfo, name: str, where: str, errors: list[KitError]
) -> datetime | None:
    """Return a time with its zone; a date alone means the end of that day."""
    if value is None:
        return None
    try:
        if isinstance(value, str):
            text = value.strip()
            value = date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)
        if isinstance(value, datetime):
            return value if value.tzinfo else value.replace(tzinfo=tz)
        if isinstance(value, date):
            return datetime.combine(value, time(23, 59, 59), tzinfo=tz)
    except ValueError:
        pass
    errors.append(
        KitError(
            _("'{name}' is {value!r}, not a time").format(name=name, value=value),
            where=where,
            fix=_('Write it so: "2027-03-01 23:59"'),
        )
    )
    return None


def _check_names(
    table: Mapping[Any, Any], known: set[str], inside: str, where: str, errors: list[KitError]
) -> None:
    for name in sorted(map(str, table.keys() - known)):
        errors.append(
            KitError(
                _("{name!r} is not known here").format(name=f"{inside}{name}"),
                where=where,
                fix=_("The names are: {names}").format(names=", ".join(sorted(known))),
            )
        )


def _read_config(root: Path) -> Any:
    from traitlets.config import Config
    from traitlets.config.loader import ConfigFileNotFound, PyFileConfigLoader

    try:
        return PyFileConfigLoader(CONFIG, path=str(root)).load_config()
    except ConfigFileNotFound:
        return Config()
    # The file is Python and may raise anything.
    except Exception as err:
        raise KitError(
            _("nbgrader's configuration can not be read ({reason})").format(
                reason=f"{type(err).__name__}: {err}"
            ),
            where=root / CONFIG,
            fix=_("Correct the file; it is Python"),
        ) from err


class _Config:
    """Values of nbgrader's configuration, with a check of the type that matters."""

    def __init__(self, config: Any, root: Path) -> None:
        self.config = config
        self.root = root

    def value(self, section: str, name: str, default: Any) -> Any:
        if section not in self.config or name not in self.config[section]:
            return default
        value = self.config[section][name]
        # What "c.X.y.append(...)" leaves behind: a change to the default.
        return value.get_value(default) if hasattr(value, "get_value") else value

    def text(self, section: str, name: str, default: str = "") -> str:
        value = self.value(section, name, default)
        if not isinstance(value, str):
            raise KitError(
                _("c.{section}.{name} is {value!r}, not a text").format(
                    section=section, name=name, value=value
                ),
                where=self.root / CONFIG,
            )
        return value

    def flag(self, section: str, name: str, default: bool = True) -> bool:
        return bool(self.value(section, name, default))


def _rules(get: _Config) -> ReleaseRules:
    default = ReleaseRules()

    def region(section: str, kind: str, known: Region) -> Region:
        return Region(
            known.name,
            get.text(section, f"begin_{kind}_delimeter", known.begin),
            get.text(section, f"end_{kind}_delimeter", known.end),
            get.flag(section, "enforce_metadata"),
        )

    stub = get.value("ClearSolutions", "code_stub", dict(default.code_stub))
    return ReleaseRules(
        solution=region("ClearSolutions", "solution", default.solution),
        hidden=region("ClearHiddenTests", "test", default.hidden),
        marks=region("ClearMarkScheme", "mark_scheme", default.marks),
        code_stub={"python": stub} if isinstance(stub, str) else dict(stub),
        text_stub=get.text("ClearSolutions", "text_stub", default.text_stub),
        lock_solution=get.flag("LockCells", "lock_solution_cells"),
        lock_grade=get.flag("LockCells", "lock_grade_cells"),
        lock_readonly=get.flag("LockCells", "lock_readonly_cells"),
        lock_all=get.flag("LockCells", "lock_all_cells", False),
        check_attachments=get.flag("ClearMarkScheme", "check_attachment_leakage"),
        autotest=get.text("InstantiateTests", "autotest_delimiter", default.autotest),
    )


def _notices(config: Any) -> tuple[str, ...]:
    """Return what of nbgrader's configuration is not followed, so that nobody has to find out."""
    said = []
    for section, name in (
        ("AssignLatePenalties", "plugin_class"),
        ("Autograde", "autograde_preprocessors"),
        ("Autograde", "sanitize_preprocessors"),
        ("GenerateAssignment", "preprocessors"),
    ):
        if section in config and name in config[section]:
            said.append(
                _("c.{section}.{name} in nbgrader_config.py is not followed.").format(
                    section=section, name=name
                )
            )
    return tuple(said)


def _absolute(db_url: str, root: Path) -> str:
    """Return the gradebook's URL with a path that does not depend on the current folder."""
    if not db_url:
        return f"sqlite:///{root / 'gradebook.db'}"
    prefix = "sqlite:///"
    if db_url.startswith(prefix) and not db_url.startswith(prefix + "/"):
        return f"{prefix}{root / db_url.removeprefix(prefix)}"
    return db_url


def _glob_pattern(path: Path) -> str:
    return "*".join(map(glob.escape, str(path).split(_ANY)))


def to_utc(moment: datetime) -> datetime:
    """Return a time as nbgrader's gradebook keeps it: in UTC, without a zone."""
    return moment.astimezone(UTC).replace(tzinfo=None)
