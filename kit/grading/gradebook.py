"""The gradebook: nbgrader's database, read lightly and written by one writer in one transaction.

nbgrader's tables are the contract. Rows are written in bulk, since its own methods commit each object by
itself and slow down as the table grows. Manual scores, comments and extra credit are never touched.
"""

from __future__ import annotations

import json
import sqlite3
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kit.errors import KitError
from kit.grading.course import Course, to_utc
from kit.grading.results import CellMark, Result
from kit.grading.terms import LatePolicy
from kit.i18n import gettext as _

if TYPE_CHECKING:
    from kit.grading.masters import Master

_SQLITE = "sqlite:///"


@dataclass(frozen=True)
class DueDates:
    """What the gradebook says about time: the due date, and how much longer some people have."""

    due: datetime | None = None
    extensions: Mapping[str, timedelta] = field(default_factory=dict)


def gradebook_file(course: Course) -> Path | None:
    """Return the file of the gradebook, or None when it is no SQLite file."""
    url = course.db_url
    return Path(url.removeprefix(_SQLITE)) if url.startswith(_SQLITE) else None


def read_due_dates(course: Course, assignment: str) -> DueDates:
    """Read the due date of an assignment and everyone's extension, without nbgrader.

    A gradebook that does not exist, or not yet know the assignment, says nothing.
    """
    dates = "SELECT duedate FROM assignment WHERE name = ?"
    longer = (
        "SELECT s.student_id, s.extension FROM submitted_assignment s"
        " JOIN assignment a ON a.id = s.assignment_id"
        " WHERE a.name = ? AND s.extension IS NOT NULL"
    )
    path = gradebook_file(course)
    if path is None:
        return _read_due_dates_by_url(course.db_url, assignment, dates, longer)
    if not path.is_file():
        return DueDates()
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as db:
            known = db.execute("SELECT 1 FROM sqlite_master WHERE name = 'submitted_assignment'")
            if known.fetchone() is None:
                return DueDates()
            row = db.execute(dates, (assignment,)).fetchone()
            extensions = db.execute(longer, (assignment,)).fetchall()
    except sqlite3.DatabaseError as err:
        raise KitError(
            _("this gradebook can not be read ({reason})").format(reason=err),
            where=path,
            fix=_("Save a copy of it, then try: nbgrader db upgrade"),
        ) from err
    due = datetime.fromisoformat(row[0]).replace(tzinfo=UTC) if row and row[0] else None
    # SQLAlchemy keeps a span of time in SQLite as a moment after the epoch.
    epoch = datetime(1970, 1, 1)
    return DueDates(
        due, {student: datetime.fromisoformat(span) - epoch for student, span in extensions}
    )


def _read_due_dates_by_url(url: str, assignment: str, dates: str, longer: str) -> DueDates:
    from sqlalchemy import create_engine, inspect, text

    engine = create_engine(url)
    try:
        if not inspect(engine).has_table("assignment"):
            return DueDates()
        with engine.connect() as db:
            name = {"name": assignment}
            row = db.execute(text(dates.replace("?", ":name")), name).fetchone()
            extensions = db.execute(text(longer.replace("?", ":name")), name).fetchall()
    finally:
        engine.dispose()
    due = row[0].replace(tzinfo=UTC) if row and row[0] else None
    return DueDates(due, dict(map(tuple, extensions)))


@contextmanager
def open_gradebook(course: Course) -> Iterator[Any]:
    """Open the gradebook with nbgrader's own class, which makes it where there is none.

    Raises
    ------
    KitError
        If nbgrader is not installed, or the gradebook is of another version, damaged or busy.
    """
    try:
        from nbgrader.api import Gradebook
        from sqlalchemy.exc import DatabaseError
    except ImportError as err:
        raise KitError(
            _("nbgrader is not installed"), fix='pip install "bitacora-kit[grading]"'
        ) from err
    try:
        _create_where_missing(course.db_url)
        with Gradebook(course.db_url, course.course_id) as gradebook:
            try:
                yield gradebook
            except BaseException:
                gradebook.db.rollback()
                raise
    except DatabaseError as err:
        raise KitError(
            _("the gradebook can not be used ({reason})").format(reason=err.orig),
            where=gradebook_file(course) or course.course_id,
            fix=_(
                "If another program has it open, close that; if nbgrader was upgraded, save a copy "
                "and run: nbgrader db upgrade. Then run the same command again"
            ),
        ) from err


def _create_where_missing(db_url: str) -> None:
    """Make nbgrader's tables in a database that has none, with the version that its upgrades begin from.

    nbgrader would start the program 'alembic' to learn that version: by name, so not in an environment that
    is not activated, and at the cost of a second.
    """
    import nbgrader
    from alembic.script import ScriptDirectory
    from nbgrader.api import Base
    from sqlalchemy import create_engine, inspect, text

    engine = create_engine(db_url)
    try:
        if inspect(engine).get_table_names():
            return
        head = ScriptDirectory(str(Path(nbgrader.__file__).parent / "alembic")).get_current_head()
        with engine.begin() as db:
            Base.metadata.create_all(bind=db)
            db.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
            db.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": head})
    finally:
        engine.dispose()


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
        If submissions were graded against other cells than these. Nothing is written then.
    """
    with open_gradebook(course) as gradebook:
        from nbgrader import api

        db = gradebook.db
        row = db.query(api.Assignment).filter_by(name=assignment).one_or_none()
        if row is None:
            row = api.Assignment(name=assignment, course_id=course.course_id)
            db.add(row)
        if due is not None:
            row.duedate = to_utc(due)
        present = {notebook.name: notebook for notebook in row.notebooks}
        changes = [
            change
            for master in masters
            for change in _differences(present.get(master.name), master)
        ]
        gone = sorted(present.keys() - {master.name for master in masters})
        changes += [_("{name}.ipynb is gone").format(name=name) for name in gone]
        if changes and row.submissions:
            raise KitError(
                _("this assignment was graded with other cells: {changes}").format(
                    changes="; ".join(changes)
                ),
                where=course.folder("source", assignment),
                fix=_("Put those cells back, or release the assignment under another name"),
            )
        for name in gone:
            _delete_notebook(db, present[name])
        for master in masters:
            _write_notebook(db, api, row, present.get(master.name), master)
        db.commit()


def _wanted_cells(master: Master) -> dict[tuple[str, str], dict[str, Any]]:
    """Return (name, table) → columns, for every row that nbgrader keeps of a notebook's cells."""
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


def _present_cells(notebook: Any) -> dict[tuple[str, str], Any]:
    if notebook is None:
        return {}
    cells = {(cell.name, cell.type): cell for cell in notebook._base_cells}
    return cells | {(cell.name, "SourceCell"): cell for cell in notebook.source_cells}


def _differences(notebook: Any, master: Master) -> list[str]:
    wanted, present = _wanted_cells(master).keys(), _present_cells(notebook).keys()
    place = f"{master.name}.ipynb: "
    said = {place + _("{key!r} is gone").format(key=key) for key, _table in present - wanted}
    said |= {place + _("{key!r} is new").format(key=key) for key, _table in wanted - present}
    return sorted(said)


def _delete_notebook(db: Any, notebook: Any) -> None:
    for cell in _present_cells(notebook).values():
        db.delete(cell)
    db.flush()
    db.delete(notebook)


def _write_notebook(db: Any, api: Any, assignment: Any, notebook: Any, master: Master) -> None:
    if notebook is None:
        notebook = api.Notebook(name=master.name, assignment=assignment)
        db.add(notebook)
    notebook.kernelspec = json.dumps(master.full.metadata.get("kernelspec", {}))
    wanted, present = _wanted_cells(master), _present_cells(notebook)
    for name in present.keys() - wanted.keys():
        db.delete(present[name])
    for (key, table), columns in wanted.items():
        cell = present.get((key, table))
        if cell is None:
            cell = getattr(api, table)(name=key, notebook=notebook)
            db.add(cell)
        for column, value in columns.items():
            setattr(cell, column, value)


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
