"""The gradebook: nbgrader's database, read lightly, and opened for one writer at a time.

nbgrader's tables are the contract (`kit.grading.tables`). They lie in an SQLite file or, by URL, on a server
such as PostgreSQL. What is written is left to `kit.grading.registration` and `kit.grading.writer`.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from kit.errors import KitError
from kit.grading.course import Course
from kit.i18n import gettext as _

_SQLITE = "sqlite:///"
#: Seconds to wait while another program, the formgrader for one, writes into the same SQLite file.
BUSY_SECONDS = 60.0
# The driver that comes with the extra; a URL may name another one.
_DRIVER = {"postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}
_visitor: ContextVar[int | None] = ContextVar("visitor", default=None)


@dataclass(frozen=True)
class DueDates:
    """What the gradebook says about time: the due date, and how much longer some people have."""

    due: datetime | None = None
    extensions: Mapping[str, timedelta] = field(default_factory=dict)


def gradebook_file(course: Course) -> Path | None:
    """Return the file of the gradebook, or None when it is on a server."""
    url = course.db_url
    return Path(url.removeprefix(_SQLITE)) if url.startswith(_SQLITE) else None


def gradebook_place(course: Course) -> str:
    """Return where the gradebook is, for a person to read: without the password that a URL may hold."""
    file = gradebook_file(course)
    if file is not None:
        return str(file)
    scheme, _sep, rest = course.db_url.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}"


def read_rows(
    course: Course, queries: Sequence[str], values: Mapping[str, Any]
) -> list[list[Sequence[Any]]]:
    """Return the rows of some queries, read at one moment, without nbgrader.

    Parameters
    ----------
    queries
        SQL with parameters such as ``:name``, which hold for each of them.
    values
        The parameters.

    Returns
    -------
    list
        For each query its rows; no rows while there is no gradebook, or none that is complete.

    Raises
    ------
    KitError
        If the gradebook can not be read.
    """
    path = gradebook_file(course)
    if path is None:
        return _read_server(course, queries, values)
    if not path.is_file():
        return [[] for _query in queries]
    try:
        with closing(
            sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=BUSY_SECONDS)
        ) as db:
            known = db.execute("SELECT 1 FROM sqlite_master WHERE name = 'comment'")
            if known.fetchone() is None:
                return [[] for _query in queries]
            return [db.execute(query, values).fetchall() for query in queries]
    except sqlite3.DatabaseError as err:
        raise KitError(
            _("this gradebook can not be read ({reason})").format(reason=err),
            where=path,
            fix=_("Save a copy of it, then try: nbgrader db upgrade"),
        ) from err


def _read_server(
    course: Course, queries: Sequence[str], values: Mapping[str, Any]
) -> list[list[Sequence[Any]]]:
    with _explained(course):
        from sqlalchemy import inspect, text

        engine = make_engine(course)
        try:
            with engine.connect() as db:
                if not inspect(db).has_table("comment"):
                    return [[] for _query in queries]
                return [list(db.execute(text(query), values).fetchall()) for query in queries]
        finally:
            engine.dispose()


def read_due_dates(course: Course, assignment: str) -> DueDates:
    """Read the due date of an assignment and everyone's extension.

    A gradebook that does not exist, or not yet know the assignment, says nothing.
    """
    rows, longer = read_rows(
        course,
        (
            "SELECT duedate FROM assignment WHERE name = :name",
            "SELECT s.student_id, s.extension FROM submitted_assignment s"
            " JOIN assignment a ON a.id = s.assignment_id"
            " WHERE a.name = :name AND s.extension IS NOT NULL",
        ),
        {"name": assignment},
    )
    due = _moment(rows[0][0]) if rows and rows[0][0] else None
    return DueDates(due, {student: _span(value) for student, value in longer})


def _moment(value: Any) -> datetime:
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return moment.replace(tzinfo=UTC)


def _span(value: Any) -> timedelta:
    # SQLAlchemy keeps a span of time in SQLite as a moment after the epoch.
    if isinstance(value, timedelta):
        return value
    return datetime.fromisoformat(value) - datetime(1970, 1, 1)


def make_engine(course: Course) -> Any:
    """Return an SQLAlchemy engine for the gradebook; the caller disposes of it.

    A transaction on SQLite takes the right to write when it begins, and waits for it: one that began as a
    reader and finds another writer later can only fail.
    """
    from sqlalchemy import create_engine, event
    from sqlalchemy.engine import make_url
    from sqlalchemy.pool import NullPool

    if gradebook_file(course) is None:
        url = make_url(course.db_url)
        server = create_engine(url.set(drivername=_DRIVER.get(url.drivername, url.drivername)))
        event.listen(server, "do_connect", _connect_as_visitor)
        return server
    engine = create_engine(
        course.db_url, poolclass=NullPool, connect_args={"timeout": BUSY_SECONDS}
    )

    @event.listens_for(engine, "connect")
    def leave_transactions_to_us(connection: Any, _record: Any) -> None:
        connection.isolation_level = None

    @event.listens_for(engine, "begin")
    def begin_as_writer(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


@contextmanager
def visiting_as(uid: int) -> Iterator[None]:
    """Come to a server as another user, where root writes for the account that the gradebook belongs to.

    A server on the same machine may ask the system who comes, and need no password then.
    """
    token = _visitor.set(uid)
    try:
        yield
    finally:
        _visitor.reset(token)


def _connect_as_visitor(dialect: Any, _record: Any, words: Any, options: Any) -> Any:
    uid = _visitor.get()
    if uid is None or os.geteuid() != 0:
        return dialect.connect(*words, **options)
    os.seteuid(uid)
    try:
        return dialect.connect(*words, **options)
    finally:
        os.seteuid(0)


@contextmanager
def write_gradebook(course: Course) -> Iterator[Any]:
    """Open the gradebook in one transaction, for SQLAlchemy statements; make it where there is none.

    What is written counts when the block ends, and not at all when it raises.

    Raises
    ------
    KitError
        If a library is missing, or the gradebook is of another version, damaged or busy.
    """
    with _explained(course):
        engine = make_engine(course)
        try:
            with engine.begin() as db:
                _create_where_missing(course, db)
                yield db
        finally:
            engine.dispose()


@contextmanager
def _explained(course: Course) -> Iterator[None]:
    """Turn what a database says into what a mentor can do."""
    try:
        from sqlalchemy.exc import DBAPIError, NoSuchModuleError
    except ImportError as err:
        raise KitError(
            _("SQLAlchemy is not installed"), fix='pip install "bitacora-kit[grading]"'
        ) from err
    try:
        yield
    except ModuleNotFoundError as err:
        raise KitError(
            _("the driver for this gradebook is not installed ({name})").format(name=err.name),
            where=gradebook_place(course),
            fix='pip install "bitacora-kit[postgresql]"',
        ) from err
    except NoSuchModuleError as err:
        raise KitError(
            _("this is no address of a gradebook ({reason})").format(reason=err),
            where=gradebook_place(course),
            fix=_("Write c.CourseDirectory.db_url so: postgresql://user@host/name"),
        ) from err
    except DBAPIError as err:
        raise KitError(
            _("the gradebook can not be used ({reason})").format(reason=str(err.orig).strip()),
            where=gradebook_place(course),
            fix=_(
                "If another program has it open, close that; if nbgrader was upgraded, save a copy "
                "and run: nbgrader db upgrade. Then run the same command again"
            ),
        ) from err


def _create_where_missing(course: Course, db: Any) -> None:
    """Make nbgrader's tables in a database that has none, with the version that its upgrades begin from."""
    from sqlalchemy import inspect, select, text

    from kit.grading import tables

    names = inspect(db).get_table_names()
    if not names:
        tables.METADATA.create_all(db)
        db.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
        db.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": tables.REVISION})
    elif "alembic_version" in names:
        found = db.execute(text("SELECT version_num FROM alembic_version")).scalar()
        if found != tables.REVISION:
            raise KitError(
                _("the gradebook is of another version of nbgrader ({found})").format(found=found),
                where=gradebook_place(course),
                fix=_("Save a copy of it, then run: nbgrader db upgrade"),
            )
    known = select(tables.COURSE.c.id).where(tables.COURSE.c.id == course.course_id)
    if db.execute(known).first() is None:
        db.execute(tables.COURSE.insert(), {"id": course.course_id})
