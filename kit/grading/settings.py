"""The kit's own settings of a course, ``kit.yaml``: the clock, due dates, who has more time, and what is kept.

Everything that is wrong in the file is reported at once. What the settings mean for one person is left to
`kit.grading.policy`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from kit.errors import KitError, KitErrors
from kit.grading.terms import LatePolicy, Limits, parse_late, parse_limits
from kit.i18n import gettext as _

SETTINGS = "kit.yaml"


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
    people
        The file that says who the ids are, relative to the course; empty when there is none.
    keep_until
        The last day on which marks and work are kept.
    """

    timezone: str = "UTC"
    min_group: int = 5
    assignments: Mapping[str, Deadline] = field(default_factory=dict)
    people: str = ""
    keep_until: date | None = None

    def deadline(self, assignment: str) -> Deadline:
        """Return the deadline of an assignment; an empty one when none was set."""
        return self.assignments.get(assignment, Deadline())


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
    _check_names(
        data, {"timezone", "min_group", "assignments", "people", "keep_until"}, "", where, errors
    )
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
    people = data.get("people", "")
    if not isinstance(people, str):
        errors.append(
            KitError(_("'people' is {value!r}, not a file").format(value=people), where=where)
        )
        people = ""
    until = _moment(data.get("keep_until"), tz, "keep_until", where, errors)
    tables = data.get("assignments") or {}
    if not isinstance(tables, dict):
        errors.append(KitError(_("'assignments' is not a table"), where=where))
        tables = {}
    deadlines = {
        str(name): _deadline(str(name), table, tz, where, errors) for name, table in tables.items()
    }
    if errors:
        raise KitErrors(errors)
    return Settings(str(zone), group, deadlines, people, until.date() if until else None)


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
