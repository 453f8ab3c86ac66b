"""Until when a course keeps marks and work: ``keep_until`` in ``kit.yaml``."""

from __future__ import annotations

from datetime import UTC, date, datetime

from kit.errors import KitError
from kit.grading.course import Course
from kit.grading.settings import SETTINGS
from kit.grading.traces import find_students
from kit.i18n import gettext as _


def has_expired(course: Course, *, today: date | None = None) -> bool:
    """Say whether the day is over until which a course keeps what it holds of people."""
    until = course.settings.keep_until
    return until is not None and (today or datetime.now(UTC).date()) > until


def find_expired(course: Course, *, today: date | None = None) -> list[str]:
    """Return the id of everybody whose marks and work are to be erased by now, sorted.

    Raises
    ------
    KitError
        If the course says no date, or the date has not come.
    """
    until = course.settings.keep_until
    if until is None:
        raise KitError(
            _("this course does not say until when it keeps marks"),
            where=course.root / SETTINGS,
            fix=_('Write: keep_until: "2031-12-31"'),
        )
    if not has_expired(course, today=today):
        raise KitError(
            _("marks are kept until {date}").format(date=until.isoformat()),
            where=course.root / SETTINGS,
            fix=_("Wait, change the date, or erase one person by id"),
        )
    return sorted(find_students(course))
