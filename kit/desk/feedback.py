"""Feedback from the desk: previewed as the student will see it, written for one or all, in their language."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from zoneinfo import ZoneInfo

from kit.desk.answers import Shelf
from kit.desk.classroom import Classroom, Room
from kit.desk.records import now
from kit.desk.sources import source_of
from kit.grading.course import Course
from kit.grading.feedback import Original, read_original, render_feedback
from kit.grading.results import Result
from kit.grading.sentences import describe_outcome
from kit.i18n import speaking
from kit.notebooks import read_notebook
from kit.notebooks.files import write_atomically


def feedback_version(room: Room, student: str) -> str:
    """Return a text that changes whenever the page of a student would."""
    result = room.results[student]
    state = [
        result.key,
        result.penalty,
        [(mark.notebook, mark.key, mark.points) for mark in result.marks],
        sorted(_comments(room, student).items()),
        room.people.languages.get(student, ""),
    ]
    return hashlib.sha256(json.dumps(state).encode()).hexdigest()[:16]


def render_page(classroom: Classroom, shelf: Shelf, room: Room, student: str) -> str:
    """Return the feedback page of a student, in the language of the student."""
    result = room.results[student]
    work = {}
    if result.status == "graded":
        for name in dict.fromkeys(question.notebook for question in room.questions):
            notebook = shelf.read(room.assignment, student, name)
            if notebook is not None:
                work[name] = notebook
    with speaking(room.people.languages.get(student)):
        if result.status == "graded":
            result = replace(result, outcome=describe_outcome(result))
        return render_feedback(
            result,
            title=room.title,
            zone=ZoneInfo(classroom.course.settings.timezone),
            work=work,
            originals=_originals(classroom.course, result),
            comments=_comments(room, student),
        )


def write_pages(
    classroom: Classroom, shelf: Shelf, room: Room, students: Iterable[str], mentor: str
) -> Iterator[str]:
    """Write the pages of some students; yield each when it is on disk and on record."""
    for student in students:
        write_atomically(
            render_page(classroom, shelf, room, student),
            classroom.feedback_file(room.assignment, student),
        )
        with classroom.records.writing() as db:
            db.execute(
                "INSERT OR REPLACE INTO feedback (assignment, student, version, mentor, at)"
                " VALUES (?, ?, ?, ?, ?)",
                (room.assignment, student, feedback_version(room, student), mentor, now()),
            )
        yield student


def _comments(room: Room, student: str) -> dict[str, str]:
    found = {}
    for question in room.questions:
        for key in {question.key, *question.marks}:
            given = room.given.get((student, question.notebook, key))
            if given is not None and given.comment:
                found[f"{question.notebook}/{key}"] = given.comment
    return found


_ORIGINALS: dict[tuple[str, str], dict[str, tuple[int, Original]]] = {}


def _originals(course: Course, result: Result) -> dict[str, Original]:
    """Return what learners may see of the source that a submission was graded with.

    Not of the source as it is now: that may lack private tests, or hide other lines.
    """
    place = source_of(course, result)
    kept = _ORIGINALS.setdefault((str(place), result.assignment), {})
    for path in sorted(place.glob("*.ipynb")):
        changed = path.stat().st_mtime_ns
        if path.stem not in kept or kept[path.stem][0] != changed:
            kept[path.stem] = (changed, read_original(read_notebook(path), course.rules))
    return {name: original for name, (_changed, original) in kept.items()}
