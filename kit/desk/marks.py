"""The marks of mentors in nbgrader's gradebook: read for a whole assignment, written for one answer.

Only what a mentor gives is touched: manual scores, whether a cell still waits, and manual comments. A write
says what it expects to find and changes nothing when it finds something else, so that a mark that nbgrader's
formgrader gave meanwhile is never lost. nbgrader itself is not imported.
"""

from __future__ import annotations

import sqlite3
import threading
import uuid
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Any

from kit.errors import KitError
from kit.grading.course import Course
from kit.grading.gradebook import gradebook_file, read_rows, write_gradebook
from kit.i18n import gettext as _

_JOIN = (
    " JOIN submitted_notebook sn ON sn.id = x.notebook_id"
    " JOIN submitted_assignment sa ON sa.id = sn.assignment_id"
    " JOIN assignment a ON a.id = sa.assignment_id"
    " JOIN notebook n ON n.id = sn.notebook_id"
    " JOIN base_cell c ON c.id = x.cell_id"
    " WHERE a.name = :assignment"
)
_GRADES = (
    "SELECT sa.student_id, n.name, c.name, x.id, x.manual_score, x.extra_credit, x.needs_manual_grade"
    " FROM grade x" + _JOIN
)
# Rows that nobody gave anything in and that nobody waits for are nine of ten.
_MANUAL = " AND (x.manual_score IS NOT NULL OR x.extra_credit IS NOT NULL OR x.needs_manual_grade)"
_COMMENTS = "SELECT sa.student_id, n.name, c.name, x.id, x.manual_comment FROM comment x" + _JOIN
_HAS_COMMENT = " AND x.manual_comment IS NOT NULL"


@dataclass(frozen=True)
class Given:
    """What the gradebook says of a mentor's work on one cell."""

    points: float | None = None
    extra: float = 0.0
    waits: bool = False
    comment: str = ""


class ChangedError(KitError):
    """Something else stands there now than what the mentor saw."""


class Gradebook:
    """nbgrader's database of one course."""

    def __init__(self, course: Course) -> None:
        self.course = course
        self._watch: tuple[Any, sqlite3.Connection] | None = None
        self._lock = threading.Lock()

    def version(self) -> object:
        """Return what differs whenever anybody wrote into the gradebook; None if that is not known."""
        path = gradebook_file(self.course)
        if path is None or not path.is_file():
            return None
        with self._lock:
            inode = path.stat().st_ino
            if self._watch is None or self._watch[0] != inode:
                if self._watch is not None:
                    self._watch[1].close()
                uri = f"{path.absolute().as_uri()}?mode=ro"
                db = sqlite3.connect(uri, uri=True, check_same_thread=False, timeout=15)
                self._watch = (inode, db)
            return inode, self._watch[1].execute("PRAGMA data_version").fetchone()[0]

    def close(self) -> None:
        """Let go of the file that is watched."""
        with self._lock:
            if self._watch is not None:
                self._watch[1].close()
                self._watch = None

    def writing(self) -> AbstractContextManager[Any]:
        """Open one transaction, in which several marks may be written.

        Raises
        ------
        KitError
            If there is no gradebook, or it can not be used.
        """
        path = gradebook_file(self.course)
        if path is not None and not path.is_file():
            raise KitError(_("there is no gradebook yet"), where=path, fix=_("Run kit grade first"))
        return write_gradebook(self.course)

    def read(self, assignment: str) -> dict[tuple[str, str, str], Given]:
        """Return (student, notebook, cell) → what was given, for every cell that waits or was marked."""
        queries = (_GRADES + _MANUAL, _COMMENTS + _HAS_COMMENT)
        return _gather(*read_rows(self.course, queries, {"assignment": assignment}))

    def read_student(self, db: Any, assignment: str, student: str) -> dict[tuple[str, str], Given]:
        """Return (notebook, cell) → what was given to one student, as it is inside a transaction."""
        from sqlalchemy import text

        values = {"assignment": assignment, "student": student}
        grades, comments = (
            db.execute(text(f"{query} AND sa.student_id = :student"), values).fetchall()
            for query in (_GRADES, _COMMENTS)
        )
        found = _gather(grades, comments)
        return {(notebook, key): given for (_student, notebook, key), given in found.items()}

    def write_points(
        self,
        db: Any,
        assignment: str,
        place: tuple[str, str, str],
        *,
        expected: float | None,
        points: float | None,
        waits: bool,
    ) -> None:
        """Write a manual score, if the one that is expected is there.

        Parameters
        ----------
        place
            (notebook, cell, student).
        expected
            What the mentor saw.
        points
            The new points; None takes a mark back.
        waits
            Whether somebody still has to look at the cell.

        Raises
        ------
        ChangedError
            If another score is there. Nothing is written then.
        KitError
            If the gradebook does not know the submission.
        """
        from sqlalchemy import update

        from kit.grading.tables import GRADE

        row = self._find(db, _GRADES, assignment, place)
        if row is None:
            raise _unknown(place)
        old = GRADE.c.manual_score
        same = old.is_(None) if expected is None else old == expected
        done = db.execute(
            update(GRADE)
            .where(GRADE.c.id == row[3], same)
            .values(manual_score=points, needs_manual_grade=waits)
        )
        if done.rowcount != 1:
            raise ChangedError(_("somebody gave other points meanwhile"), where=" / ".join(place))

    def write_comment(
        self, db: Any, assignment: str, place: tuple[str, str, str], text: str
    ) -> None:
        """Write the manual comment on a cell; an empty one is taken away."""
        from sqlalchemy import insert, update

        from kit.grading.tables import COMMENT

        row = self._find(db, _COMMENTS, assignment, place)
        if row is not None:
            db.execute(
                update(COMMENT).where(COMMENT.c.id == row[3]).values(manual_comment=text or None)
            )
            return
        if not text:
            return
        cell = self._find_cell(db, assignment, place)
        if cell is None:
            raise _unknown(place)
        db.execute(
            insert(COMMENT).values(
                id=uuid.uuid4().hex, manual_comment=text, notebook_id=cell[0], cell_id=cell[1]
            )
        )

    def _find(self, db: Any, query: str, assignment: str, place: tuple[str, str, str]) -> Any:
        from sqlalchemy import text

        notebook, key, student = place
        where = " AND n.name = :notebook AND c.name = :key AND sa.student_id = :student"
        values = {"assignment": assignment, "notebook": notebook, "key": key, "student": student}
        return db.execute(text(query + where), values).fetchone()

    def _find_cell(self, db: Any, assignment: str, place: tuple[str, str, str]) -> Any:
        from sqlalchemy import text

        notebook, key, student = place
        query = (
            "SELECT sn.id, c.id FROM submitted_notebook sn"
            " JOIN submitted_assignment sa ON sa.id = sn.assignment_id"
            " JOIN assignment a ON a.id = sa.assignment_id"
            " JOIN notebook n ON n.id = sn.notebook_id"
            " JOIN base_cell c ON c.notebook_id = n.id AND c.type IN ('SolutionCell', 'TaskCell')"
            " WHERE a.name = :assignment AND n.name = :notebook AND c.name = :key"
            " AND sa.student_id = :student"
        )
        values = {"assignment": assignment, "notebook": notebook, "key": key, "student": student}
        return db.execute(text(query), values).fetchone()


def _unknown(place: tuple[str, str, str]) -> KitError:
    return KitError(
        _("the gradebook does not know this answer"),
        where=" / ".join(place),
        fix=_("Run kit grade again"),
    )


def _gather(
    grades: Iterable[Sequence[Any]], comments: Iterable[Sequence[Any]]
) -> dict[tuple[str, str, str], Given]:
    found: dict[tuple[str, str, str], Given] = {}
    for student, notebook, key, _id, points, extra, waits in grades:
        manual = None if points is None else float(points)
        found[student, notebook, key] = Given(manual, float(extra or 0.0), bool(waits))
    for student, notebook, key, _id, comment in comments:
        found[student, notebook, key] = replace(
            found.get((student, notebook, key), Given()), comment=comment or ""
        )
    return found
