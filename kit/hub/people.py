"""The roster, ``roster.csv``: who takes part, by pseudonymous ids, in which role, where and in what language.

Names are not in it. ``people.csv``, where there is one, says which log-in of another system belongs to an id,
and may name people; it is root's alone, and nothing but the log-in reads it.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from kit.errors import KitError, KitErrors
from kit.i18n import gettext as _

ROLES = ("student", "mentor", "operator")
COLUMNS = ("id", "role", "site", "language", "timezone")
# What is a Unix account's name, a folder's name and a part of an address at once.
_ID = re.compile(r"[a-z][a-z0-9-]{0,30}")
_LANGUAGE = re.compile(r"[a-z]{2,3}")


@dataclass(frozen=True)
class Person:
    """One line of the roster; ``courses`` is empty for somebody who is in all of them."""

    id: str
    role: str
    site: str = ""
    language: str = "en"
    timezone: str = "UTC"
    courses: tuple[str, ...] = ()

    def takes_part(self, course: str) -> bool:
        """Say whether somebody is in a course, in whatever role."""
        return not self.courses or course in self.courses


def read_people(path: Path, courses: Iterable[str]) -> tuple[Person, ...]:
    """Read the roster.

    Parameters
    ----------
    path
        A CSV file with the columns id, role, site, language, timezone and, where people are not in all
        courses, ``courses`` with names and spaces between them.
    courses
        The courses that there are.

    Raises
    ------
    KitErrors
        With every line that is wrong.
    """
    known = set(courses)
    rows = _read_rows(path, COLUMNS[:2])
    people: dict[str, Person] = {}
    errors: list[KitError] = []
    for number, row in rows:
        person = Person(
            id=row.get("id", ""),
            role=row.get("role", "") or "student",
            site=row.get("site", ""),
            language=row.get("language", "") or "en",
            timezone=row.get("timezone", "") or "UTC",
            courses=tuple(row.get("courses", "").split()),
        )
        errors += [
            KitError(what, where=f"{path}, line {number}", fix=fix)
            for what, fix in _problems(person, people, known)
        ]
        people[person.id] = person
    if errors:
        raise KitErrors(errors)
    return tuple(people.values())


def _problems(
    person: Person, before: Iterable[str], courses: set[str]
) -> Iterable[tuple[str, str]]:
    if not _ID.fullmatch(person.id):
        yield (
            _("{id!r} can not be an id").format(id=person.id),
            _("Begin with a small letter; then small letters, digits and -, at most 31"),
        )
    if person.id in before:
        yield _("the id {id!r} is there twice").format(id=person.id), _("Give each person one line")
    if person.role not in ROLES:
        yield (
            _("{role!r} is no role").format(role=person.role),
            _("Choose one of: {roles}").format(roles=", ".join(ROLES)),
        )
    if not _LANGUAGE.fullmatch(person.language):
        yield (
            _("{value!r} is no language").format(value=person.language),
            _("Write a code such as es, fr or en"),
        )
    try:
        ZoneInfo(person.timezone)
    except (KeyError, ValueError, OSError):
        yield (
            _("{value!r} is no time zone").format(value=person.timezone),
            _("Write a name such as America/Santiago or Europe/Paris"),
        )
    for course in set(person.courses) - courses:
        yield (
            _("there is no course {name!r}").format(name=course),
            _("The courses are: {known}").format(known=", ".join(sorted(courses))),
        )


def read_logins(path: Path, people: Sequence[Person]) -> dict[str, str]:
    """Return log-in name → id from ``people.csv``; empty when there is none.

    Raises
    ------
    KitErrors
        With every line that names nobody of the roster.
    """
    if not path.exists():
        return {}
    ids = {person.id for person in people}
    logins: dict[str, str] = {}
    errors = []
    for number, row in _read_rows(path, ("id", "login")):
        if row["id"] not in ids:
            errors.append(
                KitError(
                    _("{id!r} is not in the roster").format(id=row["id"]),
                    where=f"{path}, line {number}",
                    fix=_("Add the id to the roster, or take the line out"),
                )
            )
        if row["login"]:
            # JupyterHub compares log-in names in small letters.
            logins[row["login"].lower()] = row["id"]
    if errors:
        raise KitErrors(errors)
    return logins


def _read_rows(path: Path, needed: Sequence[str]) -> list[tuple[int, dict[str, str]]]:
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except FileNotFoundError:
        raise KitError(
            _("there is no such file"), where=path, fix=_("Write one line for each person")
        ) from None
    except UnicodeDecodeError:
        raise KitError(_("this is not UTF-8 text"), where=path, fix=_("Save it as UTF-8")) from None
    lines = [line for line in lines if not line.startswith("#")]
    reader = csv.DictReader(lines)
    missing = [name for name in needed if name not in (reader.fieldnames or ())]
    if missing:
        raise KitError(
            _("these columns are missing: {names}").format(names=", ".join(missing)),
            where=path,
            fix=_("Write the names of the columns in the first line"),
        )
    rows = []
    for row in reader:
        values = {name: (value or "").strip() for name, value in row.items() if name}
        if any(values.values()):
            rows.append((reader.line_num, values))
    return rows
