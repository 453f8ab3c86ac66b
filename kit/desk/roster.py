"""Groups and languages of the people in a course, from ``groups.csv``.

The column ``language`` is optional; who has none there reads in the language of the course's machine.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from kit.grading.course import Course
from kit.grading.roster import GROUPS, read_roster


@dataclass(frozen=True)
class Roster:
    """Who is in the course: the group of each, and the language of those who have one."""

    groups: Mapping[str, str] = field(default_factory=dict)
    languages: Mapping[str, str] = field(default_factory=dict)


def read_people(course: Course) -> Roster:
    """Read groups and languages; what is wrong in the file is reported as `kit.grading.roster` does."""
    groups = read_roster(course)
    languages = {}
    if groups:
        text = (course.root / GROUPS).read_text(encoding="utf-8-sig")
        for row in csv.DictReader(text.splitlines()):
            language = (row.get("language") or "").strip()
            if re.fullmatch(r"[A-Za-z]{2,3}([-_][A-Za-z]{2,4})?", language):
                languages[(row["id"] or "").strip()] = language
    return Roster(groups, languages)
