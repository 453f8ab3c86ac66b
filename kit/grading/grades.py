"""The marks of a course as a table: one row for each student and assignment, by pseudonymous ids."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from kit.errors import KitError
from kit.grading.course import Course
from kit.grading.mentor_marks import read_mentor_marks, with_mentor_marks
from kit.grading.results import Result, read_results
from kit.grading.roster import read_roster
from kit.i18n import gettext as _

#: Name of each column → what it holds. The names are for programs and are not translated.
COLUMNS = {
    "student": "the pseudonymous id",
    "assignment": "the assignment",
    "status": "graded, waiting (a mentor has answers to mark), failed, or missing (nothing was collected)",
    "score": "points after the late penalty; empty when failed or missing",
    "max_score": "points of all questions",
    "waiting_points": "points of answers that a mentor still has to mark; they are not in the score",
    "penalty": "points taken off for being late",
    "late_seconds": "seconds after the due date, extensions considered",
    "submitted_at": "when it was handed in, ISO 8601 with offset",
    "repairs": "how many things were put right before grading",
    "outcome": "one sentence",
}


def load_results(course: Course, assignment: str) -> tuple[Result, ...]:
    """Return the results of an assignment with the marks of mentors in them, sorted by student.

    Raises
    ------
    KitError
        If there is no such assignment, or nothing was graded yet.
    """
    folder = course.results_folder(assignment)
    results = read_results(folder)
    if not results:
        course.check_assignment(assignment)
        raise KitError(
            _("nothing was graded yet"),
            where=folder,
            fix=_("Run: kit grade {assignment} --course {course}").format(
                assignment=assignment, course=course.root
            ),
        )
    marks = read_mentor_marks(course, assignment)
    return tuple(with_mentor_marks(result, marks.get(result.student, {})) for result in results)


def collect_grades(course: Course, assignments: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Return the rows of the table, by assignment and student.

    Parameters
    ----------
    course
        The course.
    assignments
        Which ones; all that were graded when left out.
    """
    graded = sorted(
        path.name for path in course.state("results").glob("*") if any(path.glob("*.json"))
    )
    names = list(assignments) or graded
    if not names:
        raise KitError(
            _("nothing was graded in this course yet"),
            where=course.root,
            fix=_("Run: kit grade ASSIGNMENT --course {course}").format(course=course.root),
        )
    roster = read_roster(course)
    rows: list[dict[str, Any]] = []
    for name in names:
        rows += tabulate_grades(load_results(course, name), assignment=name, roster=roster)
    return rows


def tabulate_grades(
    results: Iterable[Result], *, assignment: str, roster: Collection[str] = ()
) -> Iterator[dict[str, Any]]:
    """Yield one row for each student who handed in an assignment or was to hand it in."""
    by_student = {result.student: result for result in results}
    for student in sorted(by_student.keys() | set(roster)):
        result = by_student.get(student)
        row: dict[str, Any] = dict.fromkeys(COLUMNS, "")
        row |= {"student": student, "assignment": assignment, "status": "missing"}
        if result is not None:
            waiting = sum(mark.max_points for mark in result.marks if mark.points is None)
            failed = result.status == "failed"
            row |= {
                "status": "failed" if failed else "waiting" if waiting else "graded",
                "score": "" if failed else round(result.score, 6),
                "max_score": result.max_score,
                "waiting_points": waiting,
                "penalty": round(result.penalty, 6),
                "late_seconds": round(result.late_seconds),
                "submitted_at": result.submitted_at or "",
                "repairs": len(result.repairs),
                "outcome": result.outcome,
            }
        yield row


def format_csv(rows: Iterable[dict[str, Any]]) -> str:
    """Return rows as CSV with a heading.

    Examples
    --------
    >>> print(format_csv([{"student": "=1+1", "score": 2.5}]).splitlines()[1])
    '=1+1,,,2.5,,,,,,,
    """
    stream = io.StringIO()
    writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: _disarm(value) for name, value in row.items()} for row in rows)
    return stream.getvalue()


def _disarm(value: Any) -> Any:
    """Keep a spreadsheet from taking text for a formula; part of the text comes from submissions."""
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")):
        return f"'{value}"
    return value
