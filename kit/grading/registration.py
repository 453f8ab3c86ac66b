"""An assignment in the gradebook: its notebooks and their cells, as nbgrader registers them.

An assignment may change after submissions were graded. Cells that are new get their marks when submissions are
graded again; the marks of cells that are gone go with them, unless a person gave them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from kit.errors import KitError
from kit.grading.course import Course, to_utc
from kit.grading.gradebook import write_gradebook
from kit.grading.writer import Rows
from kit.i18n import gettext as _

if TYPE_CHECKING:
    from kit.grading.masters import Master

_ORDER = (
    "assignment", "notebook", "base_cell", "grade_cells", "solution_cells", "task_cells", "source_cell"
)  # fmt: skip
_TABLES = {"GradeCell": "grade_cells", "SolutionCell": "solution_cells", "TaskCell": "task_cells"}


def register_assignment(
    course: Course, assignment: str, masters: Sequence[Master], *, due: datetime | None = None
) -> None:
    """Write an assignment, its notebooks and their cells into the gradebook, as nbgrader does.

    Parameters
    ----------
    course, assignment
        Where, and its name.
    masters
        Its notebooks.
    due
        When it is due; None leaves what the gradebook says.

    Raises
    ------
    KitError
        If a cell is gone to which a mentor gave points or a comment. Nothing is written then.
    """
    with write_gradebook(course) as db:
        _Registration(db, course, assignment, masters).write(due)


class _Registration:
    """What the gradebook knows of one assignment, on its way to what the source says."""

    def __init__(self, db: Any, course: Course, assignment: str, masters: Sequence[Master]) -> None:
        from sqlalchemy import select

        from kit.grading import tables

        self.db, self.course, self.name, self.masters = db, course, assignment, masters
        self.rows = Rows()
        execute, books, cells = db.execute, tables.NOTEBOOK.c, tables.BASE_CELL.c
        texts = tables.SOURCE_CELL.c
        known = select(tables.ASSIGNMENT.c.id).where(tables.ASSIGNMENT.c.name == assignment)
        self.assignment = execute(known).scalar()
        found = execute(select(books.name, books.id).where(books.assignment_id == self.assignment))
        self.notebooks: dict[str, str] = dict(map(tuple, found.fetchall()))
        mine = list(self.notebooks.values())
        #: (id of the notebook, key, kind) → id of the cell.
        self.cells: dict[tuple[str, str, str], str] = {
            (notebook, key, kind): identity
            for notebook, key, kind, identity in execute(
                select(cells.notebook_id, cells.name, cells.type, cells.id).where(
                    cells.notebook_id.in_(mine)
                )
            )
        }
        self.cells |= {
            (notebook, key, "SourceCell"): identity
            for notebook, key, identity in execute(
                select(texts.notebook_id, texts.name, texts.id).where(texts.notebook_id.in_(mine))
            )
        }

    def write(self, due: datetime | None) -> None:
        """Write what has changed."""
        columns: dict[str, Any] = {} if due is None else {"duedate": to_utc(due)}
        if self.assignment is None:
            columns |= {"name": self.name, "course_id": self.course.course_id}
            self.assignment = self.rows.put("assignment", None, columns)
        elif columns:
            self.rows.update("assignment", self.assignment, columns)
        wanted: set[tuple[str, str, str]] = set()
        for master in self.masters:
            wanted |= self._put_notebook(master)
        gone = [place for place in self.cells if place not in wanted]
        self._refuse_loss(gone)
        self._delete(gone)
        self.rows.send(self.db, _ORDER)
        self._delete_notebooks(self.notebooks.keys() - {master.name for master in self.masters})

    def _put_notebook(self, master: Master) -> set[tuple[str, str, str]]:
        """Note the rows of a notebook; return the places of its cells."""
        columns = {"kernelspec": json.dumps(master.full.metadata.get("kernelspec", {}))}
        known = self.notebooks.get(master.name)
        if known is None:
            columns |= {"name": master.name, "assignment_id": self.assignment}
        notebook = self.rows.put("notebook", known, columns)
        places = set()
        for (key, kind), values in _wanted_cells(master).items():
            place = (notebook, key, kind)
            places.add(place)
            self._put_cell(place, values)
        return places

    def _put_cell(self, place: tuple[str, str, str], values: dict[str, Any]) -> None:
        notebook, key, kind = place
        known = self.cells.get(place)
        about = {"name": key, "notebook_id": notebook}
        if kind == "SourceCell":
            self.rows.put("source_cell", known, values if known else about | values)
        elif known is None:
            identity = self.rows.put("base_cell", None, about | {"type": kind})
            self.rows.insert(_TABLES[kind], {"id": identity, **values})
        elif values:
            self.rows.update(_TABLES[kind], known, values)

    def _refuse_loss(self, gone: Iterable[tuple[str, str, str]]) -> None:
        """Refuse to lose what a person gave."""
        from sqlalchemy import or_, select

        from kit.grading.tables import BASE_CELL, COMMENT, GRADE

        identities = [self.cells[place] for place in gone if place[2] != "SourceCell"]
        lost: set[str] = set()
        for table, given in (
            (GRADE, or_(GRADE.c.manual_score.is_not(None), GRADE.c.extra_credit.is_not(None))),
            (COMMENT, COMMENT.c.manual_comment.is_not(None)),
        ):
            lost |= set(
                self.db.execute(
                    select(BASE_CELL.c.name)
                    .join(table, table.c.cell_id == BASE_CELL.c.id)
                    .where(BASE_CELL.c.id.in_(identities), given)
                ).scalars()
            )
        if lost:
            raise KitError(
                _("a mentor marked cells that this assignment no longer has: {keys}").format(
                    keys=", ".join(sorted(lost))
                ),
                where=self.course.folder("source", self.name),
                fix=_("Put those cells back, or release the assignment under another name"),
            )

    def _delete(self, gone: Sequence[tuple[str, str, str]]) -> None:
        from kit.grading.tables import BASE_CELL, COMMENT, GRADE, METADATA, SOURCE_CELL

        texts = [self.cells[place] for place in gone if place[2] == "SourceCell"]
        others = [self.cells[place] for place in gone if place[2] != "SourceCell"]
        if texts:
            self.db.execute(SOURCE_CELL.delete().where(SOURCE_CELL.c.id.in_(texts)))
        if others:
            for table in (GRADE, COMMENT):
                self.db.execute(table.delete().where(table.c.cell_id.in_(others)))
            for name in _TABLES.values():
                table = METADATA.tables[name]
                self.db.execute(table.delete().where(table.c.id.in_(others)))
            self.db.execute(BASE_CELL.delete().where(BASE_CELL.c.id.in_(others)))

    def _delete_notebooks(self, names: Iterable[str]) -> None:
        from kit.grading.tables import NOTEBOOK, SUBMITTED_NOTEBOOK

        gone = [self.notebooks[name] for name in names]
        if gone:
            of_students = SUBMITTED_NOTEBOOK.c.notebook_id.in_(gone)
            self.db.execute(SUBMITTED_NOTEBOOK.delete().where(of_students))
            self.db.execute(NOTEBOOK.delete().where(NOTEBOOK.c.id.in_(gone)))


def _wanted_cells(master: Master) -> dict[tuple[str, str], dict[str, Any]]:
    """Return (key, kind) → columns, for every row that nbgrader keeps of a notebook's cells."""
    from kit.grading.cells import cell_kind, is_locked, known_cells, max_points

    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for key, cell in known_cells(master.full).items():
        kind = cell_kind(cell)
        worth = {"max_score": max_points(cell), "cell_type": cell.cell_type}
        if kind in ("test", "written"):
            rows[key, "GradeCell"] = worth
        if cell.metadata.nbgrader.get("solution"):
            rows[key, "SolutionCell"] = {}
        if kind == "task":
            rows[key, "TaskCell"] = worth
        rows[key, "SourceCell"] = {
            "cell_type": cell.cell_type,
            "locked": is_locked(cell),
            "source": cell.source,
            "checksum": cell.metadata.nbgrader.get("checksum"),
        }
    return rows
