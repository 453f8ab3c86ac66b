"""Who the ids are: the one table that names people, kept apart from the course.

Everything else in a course carries pseudonymous ids. The table is a CSV file with the columns ``id`` and
``name`` and any others; ``people`` in ``kit.yaml`` says where it is.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

from kit.errors import KitError, KitErrors
from kit.grading.course import Course
from kit.i18n import gettext as _


def people_file(course: Course) -> Path | None:
    """Return the file that names people, or None when the course has none.

    Raises
    ------
    KitError
        If it lies in the course: whoever is given the course would have the names as well.
    """
    if not course.settings.people:
        return None
    path = (course.root / course.settings.people).resolve()
    if path.is_relative_to(course.root.resolve()):
        raise KitError(
            _("the table of names lies in the course"),
            where=path,
            fix=_("Move it to a folder of its own, and write its place into kit.yaml"),
        )
    return path


def read_people(course: Course) -> dict[str, dict[str, str]]:
    """Return id → all that the table says of a person; empty when there is no table.

    Raises
    ------
    KitErrors
        With every line that has no id, or an id that was there before.
    """
    path = people_file(course)
    if path is None:
        return {}
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise KitError(
            _("there is no table of names here"),
            where=path,
            fix=_("Put the file there, or take 'people' out of kit.yaml"),
        ) from None
    except UnicodeDecodeError:
        raise KitError(_("this is not UTF-8 text"), where=path, fix=_("Save it as UTF-8")) from None
    reader = csv.DictReader(io.StringIO(text))
    if not {"id", "name"} <= set(reader.fieldnames or ()):
        raise KitError(
            _("the columns 'id' and 'name' are missing"),
            where=path,
            fix=_("Write 'id,name' in the first line"),
        )
    people: dict[str, dict[str, str]] = {}
    errors: list[KitError] = []
    for row in reader:
        identity = (row["id"] or "").strip()
        if not identity or identity in people:
            problem = _("the id {id!r} is there twice") if identity else _("there is no id")
            errors.append(
                KitError(
                    problem.format(id=identity),
                    where=f"{path}, line {reader.line_num}",
                    fix=_("Give each person one line"),
                )
            )
        people[identity] = {name: value or "" for name, value in row.items() if name}
    if errors:
        raise KitErrors(errors)
    return people


def find_person(course: Course, who: str) -> str:
    """Return the id of a person, who is named by id or by a name in the table.

    Raises
    ------
    KitError
        If nobody is meant, or more than one.
    """
    people = read_people(course)
    if who in people:
        return who
    named = [identity for identity, row in people.items() if row["name"].strip() == who.strip()]
    if len(named) > 1:
        raise KitError(
            _("{n} people have the name {name!r}").format(n=len(named), name=who),
            where=people_file(course),
            fix=_("Give the id: {ids}").format(ids=", ".join(named)),
        )
    return named[0] if named else who


def drop_rows(path: Path, identity: str) -> bool:
    """Take the lines of a person out of a CSV file with a column ``id``; return whether there was one."""
    from kit.notebooks.files import write_atomically

    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return False
    rows = list(csv.reader(io.StringIO(text)))
    if not rows or "id" not in rows[0]:
        return False
    column = rows[0].index("id")
    kept = [row for row in rows if len(row) <= column or row[column].strip() != identity]
    if len(kept) == len(rows):
        return False
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(kept)
    write_atomically(out.getvalue(), path)
    return True
