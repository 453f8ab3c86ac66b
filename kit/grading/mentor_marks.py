"""Marks that a mentor gave by hand, read from the gradebook and put into results.

A result holds what tests decided. What a mentor writes in the gradebook (points, extra credit, a comment)
stands there alone, so it is read each time and never copied. nbgrader is not needed for reading.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from kit.grading.course import Course
from kit.grading.gradebook import read_rows
from kit.grading.results import CellMark, Result
from kit.grading.sentences import describe_outcome

_JOIN = (
    " JOIN submitted_notebook sn ON sn.id = x.notebook_id"
    " JOIN submitted_assignment sa ON sa.id = sn.assignment_id"
    " JOIN assignment a ON a.id = sa.assignment_id"
    " JOIN notebook n ON n.id = sn.notebook_id"
    " JOIN base_cell c ON c.id = x.cell_id"
    " WHERE a.name = :name"
)
_POINTS = (
    "SELECT sa.student_id, n.name, c.name, x.manual_score, x.extra_credit FROM grade x"
    + _JOIN
    + " AND (x.manual_score IS NOT NULL OR x.extra_credit IS NOT NULL)"
)
_COMMENTS = (
    "SELECT sa.student_id, n.name, c.name, x.manual_comment FROM comment x"
    + _JOIN
    + " AND x.manual_comment IS NOT NULL"
)


@dataclass(frozen=True)
class MentorMark:
    """What a mentor gave for one cell: points in place of the grader's, extra credit, a comment."""

    points: float | None = None
    extra: float = 0.0
    comment: str = ""


#: (name of the notebook, key of the cell) → what the mentor gave.
Marks = Mapping[tuple[str, str], MentorMark]


def read_mentor_marks(
    course: Course, assignment: str
) -> dict[str, dict[tuple[str, str], MentorMark]]:
    """Return student → cell → what a mentor gave for it. A gradebook that does not exist says nothing.

    Raises
    ------
    KitError
        If the gradebook can not be read.
    """
    marks: dict[str, dict[tuple[str, str], MentorMark]] = {}
    points, comments = read_rows(course, (_POINTS, _COMMENTS), {"name": assignment})
    for student, notebook, key, manual, extra in points:
        mark = MentorMark(None if manual is None else float(manual), float(extra or 0.0))
        marks.setdefault(student, {})[notebook, key] = mark
    for student, notebook, key, comment in comments:
        cells = marks.setdefault(student, {})
        cells[notebook, key] = replace(cells.get((notebook, key), MentorMark()), comment=comment)
    return marks


def with_mentor_marks(result: Result, marks: Marks) -> Result:
    """Return a result with what a mentor gave in it, as nbgrader counts it.

    A mentor's points take the place of the grader's, extra credit comes on top of them, and the share that is
    taken off for being late is taken off the new sum.

    Examples
    --------
    >>> waits = CellMark("why", "written", None, 3.0, "A mentor marks this.", "tides")
    >>> result = Result("tides", "intern-01", "graded", "Graded.", (waits,), 0.0, 3.0)
    >>> with_mentor_marks(result, {("tides", "why"): MentorMark(2.5)}).score
    2.5
    """
    if result.status != "graded" or not marks:
        return result
    changed, extra = [], 0.0
    for mark in result.marks:
        given = marks.get((mark.notebook, mark.key), MentorMark())
        changed.append(_replace_points(mark, given))
        if changed[-1].points is not None:
            extra += given.extra
    earned = sum(mark.points for mark in changed if mark.points is not None) + extra
    share = float(result.evidence.get("late", {}).get("share", 0.0))
    penalty = round(earned * share, 6)
    counted = replace(result, marks=tuple(changed), score=earned - penalty, penalty=penalty)
    return replace(counted, outcome=describe_outcome(counted))


def _replace_points(mark: CellMark, given: MentorMark) -> CellMark:
    if given.points is None:
        return mark
    # What the grader said belongs to the grader's points.
    message = mark.message if given.points == mark.points else ""
    return replace(mark, points=given.points, message=message)
