"""Results on their way into the gradebook: rows for a whole batch, written by one writer in one transaction.

nbgrader's own methods commit each object by itself and slow down as the table grows. Manual scores, comments
and extra credit are never touched.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from kit.grading.course import Course, to_utc
from kit.grading.gradebook import write_gradebook
from kit.grading.results import CellMark, Result
from kit.grading.terms import LatePolicy

#: So many results are in memory at once, however large the class is.
CHUNK = 200


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


def write_results(course: Course, assignment: str, entries: Iterable[Entry]) -> None:
    """Write the results of a batch into the gradebook, in one transaction.

    Manual scores, extra credit and comments of an earlier marking stay; a cell that has a manual score is
    put before the mentor again, as nbgrader does.

    Parameters
    ----------
    course, assignment
        Where, and for which assignment; it must have been registered.
    entries
        One for each student; they are taken a few at a time.
    """
    remaining = iter(entries)
    with write_gradebook(course) as db:
        writer = _Writer(db, assignment)
        while chunk := list(islice(remaining, CHUNK)):
            writer.write(chunk)


class Rows:
    """Rows that wait to be written, in as few statements as there are tables and shapes of rows."""

    def __init__(self) -> None:
        self.waiting: dict[tuple[str, str, tuple[str, ...]], list[dict[str, Any]]] = {}
        # An id needs no secret, and asking the system for each costs more than writing the row.
        self._random = random.Random(os.urandom(16))

    def new_id(self) -> str:
        """Return an id as nbgrader makes them."""
        return f"{self._random.getrandbits(128):032x}"

    def insert(self, table: str, row: dict[str, Any]) -> None:
        """Note a new row."""
        self.waiting.setdefault((table, "insert", tuple(row)), []).append(row)

    def update(self, table: str, identity: str, columns: dict[str, Any]) -> None:
        """Note new values for some columns of a row."""
        row = {"_id": identity, **columns}
        self.waiting.setdefault((table, "update", tuple(columns)), []).append(row)

    def put(self, table: str, identity: str | None, columns: dict[str, Any]) -> str:
        """Note a row to insert, or to update when it has an id; return its id."""
        if identity is None:
            identity = self.new_id()
            self.insert(table, {"id": identity, **columns})
        else:
            self.update(table, identity, columns)
        return identity

    def send(self, db: Any, order: Sequence[str]) -> None:
        """Write everything that waits, table by table in an order in which parents come before children."""
        from sqlalchemy import bindparam

        from kit.grading.tables import METADATA

        for name in order:
            table = METADATA.tables[name]
            for (other, how, columns), rows in self.waiting.items():
                if other != name:
                    continue
                if how == "insert":
                    db.execute(table.insert(), rows)
                else:
                    values = {column: bindparam(column) for column in columns}
                    db.execute(
                        table.update().where(table.c.id == bindparam("_id")).values(values), rows
                    )
        self.waiting = {}


class _Writer:
    """Turns results into rows, a chunk of students at a time."""

    ORDER = ("student", "submitted_assignment", "submitted_notebook", "grade", "comment")

    def __init__(self, db: Any, assignment: str) -> None:
        from sqlalchemy import select

        from kit.grading import tables

        self.db = db
        self.rows = Rows()
        books, cells = tables.NOTEBOOK.c, tables.BASE_CELL.c
        self.assignment = db.execute(
            select(tables.ASSIGNMENT.c.id).where(tables.ASSIGNMENT.c.name == assignment)
        ).scalar_one()
        mine = books.assignment_id == self.assignment
        found = db.execute(select(books.name, books.id).where(mine).order_by(books.name))
        self.notebooks: dict[str, str] = dict(map(tuple, found.fetchall()))
        self.graded: dict[tuple[str, str], str] = {}
        self.answered: dict[tuple[str, str], str] = {}
        known = db.execute(
            select(cells.notebook_id, cells.name, cells.id, cells.type).where(
                cells.notebook_id.in_(self.notebooks.values())
            )
        )
        for notebook, name, identity, kind in known:
            if kind in ("GradeCell", "TaskCell"):
                self.graded[notebook, name] = identity
            if kind in ("SolutionCell", "TaskCell"):
                self.answered[notebook, name] = identity

    def write(self, entries: Sequence[Entry]) -> None:
        """Write some results."""
        self._look_up([entry.result.student for entry in entries])
        for entry in entries:
            self._add(entry)
        self.rows.send(self.db, self.ORDER)

    def _look_up(self, students: Sequence[str]) -> None:
        """Learn what the gradebook already has of some students."""
        from sqlalchemy import select

        from kit.grading.tables import (
            COMMENT,
            GRADE,
            STUDENT,
            SUBMITTED_ASSIGNMENT,
            SUBMITTED_NOTEBOOK,
        )

        execute, who, sub = self.db.execute, STUDENT.c.id, SUBMITTED_ASSIGNMENT.c
        book, grade, comment = SUBMITTED_NOTEBOOK.c, GRADE.c, COMMENT.c
        self.students = set(execute(select(who).where(who.in_(students))).scalars())
        mine = (sub.assignment_id == self.assignment) & sub.student_id.in_(students)
        self.submissions = dict(
            map(tuple, execute(select(sub.student_id, sub.id).where(mine)).fetchall())
        )
        self.handed_in = {
            (submission, notebook): identity
            for identity, submission, notebook in execute(
                select(book.id, book.assignment_id, book.notebook_id).where(
                    book.assignment_id.in_(self.submissions.values())
                )
            )
        }
        books = self.handed_in.values()
        self.grades = {
            (notebook, cell): (identity, manual, extra)
            for identity, notebook, cell, manual, extra in execute(
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
            for identity, notebook, cell in execute(
                select(comment.id, comment.notebook_id, comment.cell_id).where(
                    comment.notebook_id.in_(books)
                )
            )
        }

    def _add(self, entry: Entry) -> None:
        """Note the rows of one result."""
        result = entry.result
        if result.student not in self.students:
            self.students.add(result.student)
            self.rows.insert("student", {"id": result.student})
        moment = result.submitted_at
        columns: dict[str, Any] = {
            "timestamp": to_utc(datetime.fromisoformat(moment)) if moment else None
        }
        if entry.sets_extension:
            columns["extension"] = entry.extension
        known = self.submissions.get(result.student)
        if known is None:
            columns |= {"assignment_id": self.assignment, "student_id": result.student}
        submission = self.rows.put("submitted_assignment", known, columns)
        untouched = {tuple(pair) for pair in result.evidence.get("untouched", [])}
        for name, notebook in self.notebooks.items():
            self._add_notebook(entry, name, notebook, submission, untouched)

    def _add_notebook(
        self, entry: Entry, name: str, notebook: str, submission: str, untouched: set[Any]
    ) -> None:
        known = self.handed_in.get((submission, notebook))
        identity = known or self.rows.new_id()
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
            self.rows.insert("submitted_notebook", {"id": identity, **columns})
        else:
            self.rows.update("submitted_notebook", known, columns)
        for (where, key), cell in self.answered.items():
            if where == notebook:
                comment = "No response." if (name, key) in untouched else None
                place = {"notebook_id": identity, "cell_id": cell}
                old = self.comments.get((identity, cell))
                row = {"auto_comment": comment} | ({} if old else place)
                self.rows.put("comment", old, row)

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
        self.rows.put("grade", identity, columns)
        points = manual if manual is not None else auto
        # nbgrader counts extra credit only on top of a score.
        return 0.0 if points is None else float(points) + float(extra or 0.0)
