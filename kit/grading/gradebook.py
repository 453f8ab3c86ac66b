"""The gradebook: nbgrader's database, read lightly, and opened with nbgrader's own class to be written.

nbgrader's tables are the contract. Any database that SQLAlchemy knows may hold them. What is written is left to
`kit.grading.registration` and `kit.grading.writer`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from kit.errors import KitError
from kit.grading.course import Course
from kit.i18n import gettext as _

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
