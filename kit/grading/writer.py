"""Results on their way into the gradebook: rows for a whole batch, written by one writer in one transaction.

nbgrader's own methods commit each object by itself and slow down as the table grows. Manual scores, comments
and extra credit are never touched.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from kit.grading.course import Course, to_utc
from kit.grading.gradebook import open_gradebook
from kit.grading.results import CellMark, Result
from kit.grading.terms import LatePolicy


@dataclass(frozen=True)
class Entry:
    """A result on its way into the gradebook, with what the result alone does not say.

    ``extension`` is written only where ``sets_extension`` says so: a course without ``kit.yaml`` keeps the
    extensions that were granted with nbgrader.
    """

    result: Result
    late: LatePolicy = field(default_factory=LatePolicy)
    extension: timedelta | None = None
    sets_extension: bool = False


def write_results(course: Course, assignment: str, entries: Sequence[Entry]) -> None:
    """Write the results of a batch into the gradebook, in one transaction.

    Manual scores, extra credit and comments of an earlier marking stay; a cell that has a manual score is
    put before the mentor again, as nbgrader does.

    Parameters
    ----------
    course, assignment
        Where, and for which assignment; it must have been registered.
    entries
        One for each student.
    """
    with open_gradebook(course) as gradebook:
        from nbgrader import api

        writer = _Writer(gradebook.db, api, assignment)
        for entry in entries:
            writer.add(entry)
        writer.flush()
        gradebook.db.commit()


class _Writer:
    """Collects rows for all results and sends them in as few statements as there are tables."""

    def __init__(self, db: Any, api: Any, assignment: str) -> None:
        from sqlalchemy import select

        self.db = db
        self.api = api
        row = db.query(api.Assignment).filter_by(name=assignment).one()
        self.assignment = row.id
        self.notebooks = {notebook.name: notebook.id for notebook in row.notebooks}
        cells = [cell for notebook in row.notebooks for cell in notebook._base_cells]
        self.graded = {
            (cell.notebook_id, cell.name): cell.id
            for cell in cells
            if cell.type in ("GradeCell", "TaskCell")
        }
        self.answered = {
            (cell.notebook_id, cell.name): cell.id
            for cell in cells
            if cell.type in ("SolutionCell", "TaskCell")
        }
        sub, book = api.SubmittedAssignment, api.SubmittedNotebook
        self.students = set(db.scalars(select(api.Student.id)))
        self.submissions = {
            student: identity
            for identity, student in db.execute(
                select(sub.id, sub.student_id).where(sub.assignment_id == row.id)
            )
        }
        mine = select(sub.id).where(sub.assignment_id == row.id)
        self.handed_in = {
            (submission, notebook): identity
            for identity, submission, notebook in db.execute(
                select(book.id, book.assignment_id, book.notebook_id).where(
                    book.assignment_id.in_(mine)
                )
            )
        }
        books = select(book.id).where(book.assignment_id.in_(mine))
        grade, comment = api.Grade, api.Comment
        self.grades = {
            (notebook, cell): (identity, manual, extra)
            for identity, notebook, cell, manual, extra in db.execute(
                select(
                    grade.id,
                    grade.notebook_id,
                    grade.cell_id,
                    grade.manual_score,
                    grade.extra_credit,
                ).where(grade.notebook_id.in_(books))
            )
        }
        self.comments = {
            (notebook, cell): identity
            for identity, notebook, cell in db.execute(
                select(comment.id, comment.notebook_id, comment.cell_id).where(
                    comment.notebook_id.in_(books)
                )
            )
        }
        self.rows: dict[tuple[str, str], list[dict[str, Any]]] = {}

    def _put(self, table: str, identity: str | None, columns: dict[str, Any]) -> str:
        """Note a row to insert, or to update when it has an id; return its id."""
        how = "insert" if identity is None else "update"
        key = identity or uuid.uuid4().hex
        self.rows.setdefault((table, how), []).append({"id": key, **columns})
        return key

    def add(self, entry: Entry) -> None:
        """Note the rows of one result."""
        result = entry.result
        if result.student not in self.students:
            self.students.add(result.student)
            self.rows.setdefault(("Student", "insert"), []).append({"id": result.student})
        moment = result.submitted_at
        columns: dict[str, Any] = {
            "timestamp": to_utc(datetime.fromisoformat(moment)) if moment else None
        }
        if entry.sets_extension:
            columns["extension"] = entry.extension
        known = self.submissions.get(result.student)
        if known is None:
            columns |= {"assignment_id": self.assignment, "student_id": result.student}
        submission = self._put("SubmittedAssignment", known, columns)
        untouched = {tuple(pair) for pair in result.evidence.get("untouched", [])}
        for name, notebook in self.notebooks.items():
            self._add_notebook(entry, name, notebook, submission, untouched)

    def _add_notebook(
        self, entry: Entry, name: str, notebook: str, submission: str, untouched: set[Any]
    ) -> None:
        known = self.handed_in.get((submission, notebook))
        identity = known or uuid.uuid4().hex
        marks = {mark.key: mark for mark in entry.result.marks if mark.notebook == name}
        score = 0.0
        for (where, key), cell in self.graded.items():
            if where == notebook:
                score += self._add_grade(identity, cell, marks.get(key))
        late = entry.result.late_seconds
        columns: dict[str, Any] = {
            "late_submission_penalty": entry.late.penalty(score, late) if late > 0 else None
        }
        if known is None:
            columns |= {"assignment_id": submission, "notebook_id": notebook, "flagged": False}
            self.rows.setdefault(("SubmittedNotebook", "insert"), []).append(
                {"id": identity, **columns}
            )
        else:
            self._put("SubmittedNotebook", known, columns)
        for (where, key), cell in self.answered.items():
            if where == notebook:
                comment = "No response." if (name, key) in untouched else None
                place = {"notebook_id": identity, "cell_id": cell}
                old = self.comments.get((identity, cell))
                row = {"auto_comment": comment} | ({} if old else place)
                self._put("Comment", old, row)

    def _add_grade(self, notebook: str, cell: str, mark: CellMark | None) -> float:
        """Note the row of one grade; return the score that it gives with a mentor's marks."""
        identity, manual, extra = self.grades.get((notebook, cell), (None, None, None))
        auto = None if mark is None else mark.points
        columns: dict[str, Any] = {
            "auto_score": auto,
            "needs_manual_grade": manual is not None or auto is None,
        }
        if identity is None:
            columns |= {"notebook_id": notebook, "cell_id": cell}
        self._put("Grade", identity, columns)
        points = manual if manual is not None else auto
        # nbgrader counts extra credit only on top of a score.
        return 0.0 if points is None else float(points) + float(extra or 0.0)

    def flush(self) -> None:
        """Send all rows, parents before children."""
        from sqlalchemy import insert, update

        for table in ("Student", "SubmittedAssignment", "SubmittedNotebook", "Grade", "Comment"):
            for how, statement in (("insert", insert), ("update", update)):
                # Rows of one statement have to have the same columns.
                shapes: dict[tuple[str, ...], list[dict[str, Any]]] = {}
                for row in self.rows.get((table, how), []):
                    shapes.setdefault(tuple(row), []).append(row)
                for rows in shapes.values():
                    self.db.execute(statement(getattr(self.api, table)), rows)
