"""Who is in a course, by pseudonymous ids, and in which group: the file ``groups.csv``.

The file is optional. It has the columns ``id`` and ``group`` (a site, a year), perhaps ``language``, and no
names: who the ids are stands in a file of the mentor's, elsewhere (`kit.grading.people`).
"""

from __future__ import annotations

import csv
import re

from kit.errors import KitError, KitErrors
from kit.grading.course import Course
from kit.i18n import gettext as _

GROUPS = "groups.csv"
_TONGUE = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z]{2,4})?")


def read_roster(course: Course) -> dict[str, str]:
    """Return student → group, in the order of the file; empty when there is none.

    Raises
    ------
    KitErrors
        With every line that has no id, or an id that was there before.
    """
    path = course.root / GROUPS
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except FileNotFoundError:
        return {}
    except UnicodeDecodeError:
        raise KitError(_("this is not UTF-8 text"), where=path, fix=_("Save it as UTF-8")) from None
    reader = csv.DictReader(lines)
    if not {"id", "group"} <= set(reader.fieldnames or ()):
        raise KitError(
            _("the columns 'id' and 'group' are missing"),
            where=path,
            fix=_("Write 'id,group' in the first line"),
        )
    roster: dict[str, str] = {}
    errors: list[KitError] = []
    for row in reader:
        student, group = (row["id"] or "").strip(), (row["group"] or "").strip()
        if not student or student in roster:
            problem = _("the id {id!r} is there twice") if student else _("there is no id")
            errors.append(
                KitError(
                    problem.format(id=student),
                    where=f"{path}, line {reader.line_num}",
                    fix=_("Give each student one line"),
                )
            )
        roster[student] = group
    if errors:
        raise KitErrors(errors)
    return roster


def read_languages(course: Course) -> dict[str, str]:
    """Return student → language, for those who have one in ``groups.csv``; what is no language is left out."""
    path = course.root / GROUPS
    if not path.is_file():
        return {}
    read_roster(course)
    rows = csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines())
    spoken = {(row["id"] or "").strip(): (row.get("language") or "").strip() for row in rows}
    return {student: tongue for student, tongue in spoken.items() if _TONGUE.fullmatch(tongue)}
