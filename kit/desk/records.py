"""The desk's own records: what nbgrader's gradebook has no place for, in one SQLite file of the course.

Marks and comments stand in the gradebook. Here stand who gave them, when and why, what stood there before,
the reusable comments and where they are used, second marks, appeals, and what a mentor has looked at. Nothing
is ever deleted from the log of marks.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kit.desk.entries import Appeal, LogEntry, Note, Phrase, Place, SecondMark, Snapshot
from kit.errors import KitError
from kit.i18n import gettext as _

FILE = "desk.db"
SCHEMA_VERSION = 1

_SCHEMA = """
CREATE TABLE mark_log (
  id INTEGER PRIMARY KEY, assignment TEXT NOT NULL, notebook TEXT NOT NULL, key TEXT NOT NULL,
  student TEXT NOT NULL, at TEXT NOT NULL, mentor TEXT NOT NULL, kind TEXT NOT NULL,
  automatic REAL, before REAL, after REAL, reason TEXT NOT NULL DEFAULT '');
CREATE INDEX mark_log_place ON mark_log (assignment, student);
CREATE TABLE note (
  assignment TEXT NOT NULL, notebook TEXT NOT NULL, key TEXT NOT NULL, student TEXT NOT NULL,
  own TEXT NOT NULL, composed TEXT NOT NULL, version INTEGER NOT NULL, flagged INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (assignment, notebook, key, student));
CREATE TABLE phrase (
  id INTEGER PRIMARY KEY, assignment TEXT NOT NULL, notebook TEXT NOT NULL, key TEXT NOT NULL,
  text TEXT NOT NULL, version INTEGER NOT NULL DEFAULT 1, mentor TEXT NOT NULL, at TEXT NOT NULL,
  retired INTEGER NOT NULL DEFAULT 0);
CREATE TABLE phrase_use (
  phrase INTEGER NOT NULL REFERENCES phrase (id), student TEXT NOT NULL, PRIMARY KEY (phrase, student));
CREATE TABLE second_mark (
  assignment TEXT NOT NULL, notebook TEXT NOT NULL, key TEXT NOT NULL, student TEXT NOT NULL,
  mentor TEXT NOT NULL, at TEXT NOT NULL, points REAL,
  first REAL NOT NULL, first_mentor TEXT NOT NULL,
  PRIMARY KEY (assignment, notebook, key, student, mentor));
CREATE TABLE feedback (
  assignment TEXT NOT NULL, student TEXT NOT NULL, version TEXT NOT NULL,
  mentor TEXT NOT NULL, at TEXT NOT NULL,
  PRIMARY KEY (assignment, student));
CREATE TABLE appeal (
  id INTEGER PRIMARY KEY, assignment TEXT NOT NULL, notebook TEXT NOT NULL, key TEXT NOT NULL,
  student TEXT NOT NULL, at TEXT NOT NULL, text TEXT NOT NULL, filed_by TEXT NOT NULL,
  answer TEXT NOT NULL DEFAULT '', answered_by TEXT NOT NULL DEFAULT '', answered_at TEXT NOT NULL DEFAULT '');
CREATE TABLE seen (
  assignment TEXT NOT NULL, student TEXT NOT NULL, result TEXT NOT NULL, mentor TEXT NOT NULL, at TEXT NOT NULL,
  PRIMARY KEY (assignment, student));
"""


class Records:
    """The file, opened for each use: two servers may have it open at once."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        with self.writing() as db:
            version = db.execute("PRAGMA user_version").fetchone()[0]
            if version == 0:
                for statement in _SCHEMA.split(";"):
                    db.execute(statement)
                db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
            elif version != SCHEMA_VERSION:
                raise KitError(
                    _("these records have version {found}, and {wanted} is needed").format(
                        found=version, wanted=SCHEMA_VERSION
                    ),
                    where=path,
                    fix=_("Use the version of the kit that wrote them, or a newer one"),
                )

    def connect(self) -> sqlite3.Connection:
        """Return a connection of one's own."""
        try:
            db = sqlite3.connect(
                self.path, timeout=15, isolation_level=None, check_same_thread=False
            )
            db.row_factory = sqlite3.Row
            db.execute("PRAGMA foreign_keys = ON")
        except sqlite3.DatabaseError as err:
            raise self._broken(err) from err
        return db

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Hold the one right to write, for all desks of the course; nothing is kept when it fails inside."""
        with closing(self.connect()) as db:
            try:
                db.execute("BEGIN IMMEDIATE")
            except sqlite3.DatabaseError as err:
                raise self._broken(err) from err
            try:
                yield db
            except BaseException:
                db.execute("ROLLBACK")
                raise
            db.execute("COMMIT")

    def _broken(self, err: Exception) -> KitError:
        return KitError(
            _("the records of the desk can not be used ({reason})").format(reason=err),
            where=self.path,
            fix=_("Close other programs that use them, and try again"),
        )


def now() -> str:
    """Return the moment as it is recorded: ISO 8601 in UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def read_snapshot(db: sqlite3.Connection, assignment: str) -> Snapshot:
    """Read everything on record for one assignment."""
    name = (assignment,)
    log: dict[str, list[LogEntry]] = {}
    for row in db.execute(
        "SELECT notebook, key, student, at, mentor, kind, automatic, before, after, reason"
        " FROM mark_log WHERE assignment = ? ORDER BY id",
        name,
    ):
        log.setdefault(row["student"], []).append(LogEntry(*row))
    uses: dict[Place, list[int]] = {}
    phrases: dict[int, Phrase] = {}
    count: dict[int, int] = {}
    rows = db.execute(
        "SELECT id, notebook, key, text, version, mentor, retired FROM phrase WHERE assignment = ?"
        " ORDER BY id",
        name,
    ).fetchall()
    used = db.execute(
        "SELECT u.phrase, p.notebook, p.key, u.student FROM phrase_use u JOIN phrase p ON p.id = u.phrase"
        " WHERE p.assignment = ? ORDER BY u.phrase",
        name,
    )
    for use in used:
        uses.setdefault((use["notebook"], use["key"], use["student"]), []).append(use["phrase"])
        count[use["phrase"]] = count.get(use["phrase"], 0) + 1
    for row in rows:
        if not row["retired"] or count.get(row["id"]):
            number, notebook, key, text, version, mentor, _retired = row
            phrases[number] = Phrase(
                number, notebook, key, text, version, mentor, count.get(number, 0)
            )
    notes = {
        (row["notebook"], row["key"], row["student"]): Note(
            row["own"],
            tuple(uses.get((row["notebook"], row["key"], row["student"]), ())),
            row["composed"],
            row["version"],
            bool(row["flagged"]),
        )
        for row in db.execute("SELECT * FROM note WHERE assignment = ?", name)
    }
    seconds = db.execute(
        "SELECT notebook, key, student, mentor, at, points, first, first_mentor FROM second_mark"
        " WHERE assignment = ? ORDER BY rowid",
        name,
    )
    return Snapshot(
        log={student: tuple(entries) for student, entries in log.items()},
        notes=notes,
        phrases=phrases,
        seconds=tuple(SecondMark(*row) for row in seconds),
        appeals=read_appeals(db, assignment),
        seen={
            row["student"]: (row["result"], row["mentor"])
            for row in db.execute("SELECT * FROM seen WHERE assignment = ?", name)
        },
        feedback={
            row["student"]: row["version"]
            for row in db.execute("SELECT * FROM feedback WHERE assignment = ?", name)
        },
    )


def read_appeals(db: sqlite3.Connection, assignment: str) -> tuple[Appeal, ...]:
    """Return the appeals on an assignment, the oldest first."""
    rows = db.execute(
        "SELECT id, notebook, key, student, at, text, filed_by, answer, answered_by, answered_at"
        " FROM appeal WHERE assignment = ? ORDER BY id",
        (assignment,),
    )
    return tuple(Appeal(*row) for row in rows)


def read_note(db: sqlite3.Connection, assignment: str, place: Place) -> Note:
    """Return the note on one answer; an empty one when there is none."""
    row = db.execute(
        "SELECT * FROM note WHERE assignment = ? AND notebook = ? AND key = ? AND student = ?",
        (assignment, *place),
    ).fetchone()
    used = db.execute(
        "SELECT u.phrase FROM phrase_use u JOIN phrase p ON p.id = u.phrase WHERE p.assignment = ?"
        " AND p.notebook = ? AND p.key = ? AND u.student = ? ORDER BY u.phrase",
        (assignment, *place),
    )
    phrases = tuple(use[0] for use in used)
    if row is None:
        return Note(phrases=phrases)
    return Note(row["own"], phrases, row["composed"], row["version"], bool(row["flagged"]))


def write_note(db: sqlite3.Connection, assignment: str, place: Place, note: Note) -> None:
    """Put a note in the place of the one that is there, one version on."""
    notebook, key, student = place
    db.execute(
        "INSERT INTO note (assignment, notebook, key, student, own, composed, version, flagged)"
        " VALUES (?, ?, ?, ?, ?, ?, 1, ?) ON CONFLICT (assignment, notebook, key, student) DO UPDATE"
        " SET own = excluded.own, composed = excluded.composed, version = version + 1,"
        " flagged = excluded.flagged",
        (assignment, *place, note.own, note.composed, int(note.flagged)),
    )
    db.execute(
        "DELETE FROM phrase_use WHERE student = ? AND phrase IN"
        " (SELECT id FROM phrase WHERE assignment = ? AND notebook = ? AND key = ?)",
        (student, assignment, notebook, key),
    )
    db.executemany(
        "INSERT INTO phrase_use (phrase, student) VALUES (?, ?)",
        [(phrase, student) for phrase in note.phrases],
    )


def add_log(db: sqlite3.Connection, assignment: str, entry: LogEntry) -> None:
    """Add one mark to the log."""
    values: tuple[Any, ...] = (
        assignment,
        *(entry.notebook, entry.key, entry.student, entry.at, entry.mentor, entry.kind),
        *(entry.automatic, entry.before, entry.after, entry.reason),
    )
    db.execute(
        "INSERT INTO mark_log (assignment, notebook, key, student, at, mentor, kind, automatic, before,"
        " after, reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        values,
    )


def count_log(db: sqlite3.Connection, assignment: str, student: str) -> int:
    """Return how many marks are on record for one student: it grows with each act of any mentor."""
    found = db.execute(
        "SELECT count(*) FROM mark_log WHERE assignment = ? AND student = ?", (assignment, student)
    )
    return int(found.fetchone()[0])


def file_appeal(
    db: sqlite3.Connection, assignment: str, place: Place, text: str, filed_by: str
) -> int:
    """Put an appeal on record; return its number."""
    made = db.execute(
        "INSERT INTO appeal (assignment, notebook, key, student, at, text, filed_by)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (assignment, *place, now(), text, filed_by),
    )
    return int(made.lastrowid or 0)


def answer_appeal(db: sqlite3.Connection, number: int, answer: str, mentor: str) -> None:
    """Answer an appeal that is open.

    Raises
    ------
    KitError
        If there is no such appeal, or somebody has answered it.
    """
    done = db.execute(
        "UPDATE appeal SET answer = ?, answered_by = ?, answered_at = ? WHERE id = ? AND answered_at = ''",
        (answer, mentor, now(), number),
    )
    if done.rowcount != 1:
        raise KitError(
            _("this appeal was answered meanwhile"), fix=_("Load the page again to read the answer")
        )
