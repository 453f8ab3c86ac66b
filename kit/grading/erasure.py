"""Erasing a person from a course: work, marks, pages, rows and lines, and a note for backups.

The note holds no id, only a keyed hash of it: when a backup is put back, the same people can be erased again.
What the erasure can not reach is found by a search afterwards, and told.
"""

from __future__ import annotations

import csv
import hmac
import json
import re
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from kit.errors import KitError
from kit.grading.course import Course
from kit.grading.folders import reserved_folder
from kit.grading.gradebook import gradebook_file, write_gradebook
from kit.grading.people import drop_rows, people_file
from kit.grading.roster import GROUPS
from kit.grading.seeds import read_secret
from kit.grading.settings import SETTINGS
from kit.grading.traces import find_students, find_traces, search_course
from kit.i18n import gettext as _

NOTE = "erased.csv"


@dataclass(frozen=True)
class Erasure:
    """What was erased, and what was not.

    Parameters
    ----------
    done
        One sentence for each place.
    left
        Files in the course that still show the id.
    """

    student: str
    done: tuple[str, ...]
    left: tuple[Path, ...]


def erase_person(course: Course, student: str, *, exchange: Path | None = None) -> Erasure:
    """Erase everything that a course, and the folder to hand in to, hold of one person.

    Parameters
    ----------
    student
        The id, see `kit.grading.people.find_person`.
    exchange
        The folder that learners hand in to.

    Raises
    ------
    KitError
        If another command is at work in the course, or the gradebook can not be written.
    """
    with reserved_folder(course.state()):
        traces = find_traces(course, student, exchange=exchange)
        done = []
        for step, folders in traces.folders.items():
            for folder in folders:
                _remove(folder)
                done.append(f"{step}: {folder}")
        for folder in traces.attempts:
            _remove(folder)
            done.append(_("handed in: {path}").format(path=folder))
        for path in (*traces.results, *traces.pages):
            path.unlink()
            done.append(str(path))
        done += _erase_rows(course, student, traces.databases)
        for path in course.state("gradebook").glob("*.json"):
            if _drop_key(path, student):
                done.append(str(path))
        for table in (course.root / GROUPS, people_file(course)):
            if table is not None and drop_rows(table, student):
                done.append(str(table))
        if _drop_extensions(course.root / SETTINGS, student):
            done.append(str(course.root / SETTINGS))
        if done:
            _note(course, student)
    return Erasure(student, tuple(done), search_course(course, student))


def erase_again(course: Course) -> tuple[Erasure, ...]:
    """Erase everybody who was erased before and is there again, because a backup was put back."""
    noted = {row["person"] for row in read_note(course)}
    secret = read_secret(course)
    again = [name for name in sorted(find_students(course)) if _hash(secret, name) in noted]
    return tuple(erase_person(course, name) for name in again)


def read_note(course: Course) -> list[dict[str, str]]:
    """Return the lines of the note: when somebody was erased, and the keyed hash of who."""
    path = course.state(NOTE)
    if not path.is_file():
        return []
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def _note(course: Course, student: str) -> None:
    path = course.state(NOTE)
    person = _hash(read_secret(course), student)
    if any(row["person"] == person for row in read_note(course)):
        return
    new = not path.exists()
    with path.open("a", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        if new:
            writer.writerow(["erased", "person"])
        writer.writerow([datetime.now(UTC).date().isoformat(), person])


def _hash(secret: str, student: str) -> str:
    return hmac.new(secret.encode(), f"erased\0{student}".encode(), "sha256").hexdigest()


def _remove(folder: Path) -> None:
    # What nbgrader wrote is read-only.
    if folder.is_symlink() or folder.is_file():
        folder.unlink()
    else:
        shutil.rmtree(folder)


def _erase_rows(course: Course, student: str, databases: tuple[Path, ...]) -> list[str]:
    done = []
    if gradebook_file(course) is None and _erase_from_server(course, student):
        done.append(_("rows in the gradebook"))
    for path in databases:
        if _erase_from_file(path, student):
            done.append(_("rows in {path}").format(path=path))
    return done


# Rows of nbgrader's tables that belong to a person, children before parents.
_ROWS = (
    "DELETE FROM grade WHERE notebook_id IN ({books})",
    "DELETE FROM comment WHERE notebook_id IN ({books})",
    "DELETE FROM submitted_notebook WHERE assignment_id IN ({mine})",
    "DELETE FROM submitted_assignment WHERE student_id = :student",
    "DELETE FROM student WHERE id = :student",
)
_MINE = "SELECT id FROM submitted_assignment WHERE student_id = :student"
_BOOKS = f"SELECT id FROM submitted_notebook WHERE assignment_id IN ({_MINE})"


def _erase_from_server(course: Course, student: str) -> bool:
    from sqlalchemy import text

    count = 0
    with write_gradebook(course) as db:
        for statement in _ROWS:
            sql = statement.format(mine=_MINE, books=_BOOKS)
            count += db.execute(text(sql), {"student": student}).rowcount
    return count > 0


def _erase_from_file(path: Path, student: str) -> bool:
    """Erase rows, and overwrite where they were: a deleted row stays in the file otherwise."""
    try:
        with closing(sqlite3.connect(path, timeout=60, isolation_level=None)) as db:
            db.execute("PRAGMA secure_delete = ON")
            names = {
                name
                for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            }
            statements = []
            if {"submitted_assignment", "grade", "comment", "student"} <= names:
                statements += [sql.format(mine=_MINE, books=_BOOKS) for sql in _ROWS]
                names -= {"student"}
            for name in sorted(names):
                columns = {row[1] for row in db.execute(f'PRAGMA table_info("{name}")')}
                if "student" in columns:
                    statements.append(f'DELETE FROM "{name}" WHERE student = :student')
            db.execute("BEGIN IMMEDIATE")
            values = {"student": student}
            count = sum(db.execute(sql, values).rowcount for sql in statements)
            db.execute("COMMIT")
            if count:
                db.execute("VACUUM")
            return count > 0
    except sqlite3.DatabaseError as err:
        raise KitError(
            _("nobody can be erased from this database ({reason})").format(reason=err),
            where=path,
            fix=_("Close programs that have it open; if it is of no use, delete it"),
        ) from err


def _drop_key(path: Path, student: str) -> bool:
    from kit.notebooks.files import write_atomically

    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    if not isinstance(data, dict) or student not in data:
        return False
    del data[student]
    write_atomically(json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True) + "\n", path)
    return True


def _drop_extensions(path: Path, student: str) -> bool:
    """Take a person's extensions out of ``kit.yaml`` and leave everything else, comments too, as it stands."""
    from kit.notebooks.files import write_atomically

    try:
        text = path.read_text(encoding="utf-8")
    except OSError:
        return False
    wanted = yaml.safe_load(text)
    if not _without(wanted, student):
        return False
    name = re.escape(student)
    entry = rf"""["']?{name}["']?\s*:\s*(?:"[^"]*"|'[^']*'|[^,}}\n#]*)"""
    changed = re.sub(rf"(?m)^[ \t]+{entry}(?:[ \t]*#.*)?\n", "", text)
    changed = re.sub(rf"(?<=[{{,])\s*{entry},?\s*", "", changed)
    changed = re.sub(r",\s*}", "}", changed)
    # Only if nothing but that is different; else a person has to do it.
    try:
        found = yaml.safe_load(changed)
    except yaml.YAMLError:
        return False
    if _plain(found) != _plain(wanted):
        return False
    write_atomically(changed, path)
    return True


def _without(data: Any, student: str) -> bool:
    """Take a person out of the extensions of freshly parsed settings; return whether they were there."""
    tables = data.get("assignments") if isinstance(data, dict) else None
    found = False
    for table in tables.values() if isinstance(tables, dict) else ():
        extensions = table.get("extensions") if isinstance(table, dict) else None
        if isinstance(extensions, dict) and student in extensions:
            del extensions[student]
            found = True
    return found


def _plain(data: Any) -> Any:
    """Return settings without extensions of nobody: a line less may leave an empty table, or none."""
    if not isinstance(data, dict):
        return data
    return {
        name: _plain(value)
        for name, value in data.items()
        if not (name == "extensions" and not value)
    }
