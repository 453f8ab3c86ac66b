"""How somebody stands: their courses, what is due when, what was handed in, and what came of it."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from kit.errors import KitError
from kit.grading.course import Course, load_course
from kit.grading.feedback_pages import feedback_path, read_title
from kit.grading.gradebook import gradebook_file
from kit.grading.mentor_marks import Marks, read_mentor_marks, with_mentor_marks
from kit.grading.policy import Policy, load_policy
from kit.grading.results import Result, read_result
from kit.hub.inbox import Job, list_attempts
from kit.hub.people import Person
from kit.hub.place import Place
from kit.hub.settings import CourseSettings, HubSettings

# How often a gradebook on a server is asked for a due date.
DUE_SECONDS = 10.0


class GradebookReader:
    """What the gradebook says to people, asked seldom; what it said last while a server is away."""

    def __init__(self) -> None:
        self._policies: dict[tuple[str, str], tuple[float, Policy]] = {}
        self._known: dict[tuple[str, str, str], tuple[float, Marks]] = {}

    def read_due(self, course: Course, assignment: str, student: str) -> datetime | None:
        """Return somebody's due date; a server is asked for it every some seconds."""
        key, now = (str(course.root), assignment), time.monotonic()
        known = self._policies.get(key)
        policy = known[1] if known is not None else None
        is_file = gradebook_file(course) is not None
        if known is None or is_file or now - known[0] > DUE_SECONDS:
            try:
                policy = load_policy(course, assignment)
                self._policies[key] = (now, policy)
            except KitError:
                if is_file:
                    raise
        if policy is None:
            deadline = course.settings.deadline(assignment)
            return deadline.due_for(student) if deadline.due else None
        return policy.due_for(student)

    def read_marks(self, course: Course, assignment: str, student: str, moment: float) -> Marks:
        """Return what a mentor gave somebody, as of the page that was written at ``moment``."""
        key = (str(course.root), assignment, student)
        known = self._known.get(key)
        if known is not None and known[0] == moment:
            return known[1]
        try:
            marks = read_mentor_marks(course, assignment).get(student, {})
        except KitError:
            # The page itself says what was marked.
            return known[1] if known is not None else {}
        self._known[key] = (moment, marks)
        return marks


def describe_person(
    place: Place,
    settings: HubSettings,
    person: Person,
    reader: GradebookReader,
    *,
    now: datetime | None = None,
) -> dict[str, Any]:
    """Return, as plain data, what somebody sees of their courses."""
    return {
        "id": person.id,
        "role": person.role,
        "language": person.language,
        "timezone": person.timezone,
        "news": settings.news,
        "courses": [
            {
                "name": course.name,
                "title": course.title,
                "most_attempts": course.most_attempts,
                "assignments": describe_course(place, course, person, reader, now=now),
            }
            for course in settings.courses
            if person.takes_part(course.name)
        ],
    }


def describe_course(
    place: Place,
    course: CourseSettings,
    person: Person,
    reader: GradebookReader,
    *,
    now: datetime | None = None,
) -> list[dict[str, Any]]:
    """Return the assignments of a course as somebody stands in them."""
    folder = place.course(course.name)
    released = folder / "release"
    if not released.is_dir():
        return []
    opened = load_course(folder)
    names = [path.name for path in sorted(released.iterdir()) if not path.name.startswith(".")]
    rows = [
        _describe(place, opened, course, name, person, reader, now or datetime.now(UTC))
        for name in names
    ]
    return sorted(rows, key=lambda row: (row["due"] or "9999", row["title"]))


def _describe(
    place: Place,
    opened: Course,
    course: CourseSettings,
    assignment: str,
    person: Person,
    reader: GradebookReader,
    now: datetime,
) -> dict[str, Any]:
    attempts = list_attempts(place, course.name, assignment, person.id)
    due = reader.read_due(opened, assignment, person.id)
    result = _read(opened, assignment, person.id)
    written = _written_at(Path(opened.root, feedback_path(opened, assignment, person.id)))
    if result is not None and written is not None:
        given = reader.read_marks(opened, assignment, person.id, written)
        result = with_mentor_marks(result, given)
    newest = attempts[-1].submitted_at if attempts else None
    # Marks of an older attempt are told apart from those of the newest.
    current = (
        result is not None
        and newest is not None
        and result.submitted_at is not None
        and datetime.fromisoformat(result.submitted_at) >= newest.replace(microsecond=0)
    )
    waits = (place.queue / Job(course.name, assignment, person.id).name).exists()
    row: dict[str, Any] = {
        "name": assignment,
        "title": read_title(opened, assignment),
        "due": due.isoformat() if due else None,
        "due_there": _on_clock(due, person.timezone) if due else None,
        "late": due is not None and now > due,
        "attempts": [attempt.submitted_at.isoformat() for attempt in attempts],
        "state": _state(newest, result if current else None, waits=waits),
        "feedback": written is not None,
        "feedback_at": written,
    }
    if result is not None:
        row |= {"score": result.score, "max_score": result.max_score, "outcome": result.outcome}
    return row


def _written_at(page: Path) -> float | None:
    try:
        return page.stat().st_mtime
    except OSError:
        return None


def _read(course: Course, assignment: str, student: str) -> Result | None:
    try:
        return read_result(course.results_folder(assignment) / f"{student}.json")
    except KitError:
        return None


def _state(newest: datetime | None, result: Result | None, *, waits: bool) -> str:
    """Return one of ``open``, ``handed-in``, ``failed``, ``mentor`` and ``graded``."""
    if newest is None:
        return "open"
    if result is None or waits:
        return "handed-in"
    if result.status == "failed":
        return "failed"
    return "mentor" if result.needs_mentor else "graded"


def _on_clock(moment: datetime, zone: str) -> str:
    return f"{moment.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"
