"""Everything that a course holds of one person: folders, files, rows and lines.

What is looked for is the pseudonymous id. Exporting and erasing start from what is found here, and a search of
all other files says what they could not reach.
"""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from kit.grading.course import Course
from kit.grading.gradebook import gradebook_file

#: Steps of nbgrader that have a folder for each student.
STEPS = ("submitted", "autograded", "feedback")
MAX_SEARCHED = 20_000_000


@dataclass(frozen=True)
class Traces:
    """Where a person is found.

    Parameters
    ----------
    folders
        Step → folders of this person.
    results
        Result files.
    attempts
        Folders in the exchange.
    databases
        SQLite files that may hold rows of this person: the gradebook, its backups, records of the desk.
    pages
        Reports, which show everybody; they can be made again.
    """

    folders: dict[str, tuple[Path, ...]]
    results: tuple[Path, ...]
    attempts: tuple[Path, ...]
    databases: tuple[Path, ...]
    pages: tuple[Path, ...]

    @property
    def found(self) -> bool:
        """Say whether the course holds any file of this person."""
        return any(self.folders.values()) or bool(self.results or self.attempts)


def find_traces(course: Course, student: str, *, exchange: Path | None = None) -> Traces:
    """Find what a course, and the folder to hand in to, hold of one person."""
    folders = {step: tuple(_person_folders(course, step, student)) for step in STEPS}
    results = course.state("results").glob(f"*/{_escape(student)}.json")
    attempts = exchange.glob(f"*/{_escape(student)}") if exchange is not None else ()
    return Traces(
        folders=folders,
        results=tuple(sorted(results)),
        attempts=tuple(sorted(attempts)),
        databases=tuple(find_databases(course)),
        pages=tuple(
            path
            for path in sorted((course.root / "reports").glob("*.html"))
            if _mentions(path, student)
        ),
    )


def find_databases(course: Course) -> Iterator[Path]:
    """Yield every SQLite file of a course: nbgrader keeps a copy of its gradebook at each upgrade."""
    file = gradebook_file(course)
    places = {course.root, course.state()} | ({file.parent} if file is not None else set())
    for place in sorted(places):
        for path in sorted(place.iterdir()) if place.is_dir() else ():
            if path.is_file() and not path.is_symlink() and _is_sqlite(path):
                yield path


def find_students(course: Course) -> set[str]:
    """Return the id of everybody of whom a course has a folder, a result or a row."""
    found = {path.stem for path in course.state("results").glob("*/*.json")}
    for step in STEPS:
        shape = str(course.folder(step, "\1", "\2"))
        pattern = re.escape(shape).replace("\1", "[^/]+").replace("\2", "([^/]+)")
        glob = shape.replace("\1", "*").replace("\2", "*")
        for path in Path("/").glob(glob.lstrip("/")):
            if match := re.fullmatch(pattern, str(path)):
                found.add(match[1])
    for path in find_databases(course):
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as db:
            if db.execute("SELECT 1 FROM sqlite_master WHERE name = 'student'").fetchone():
                found |= {identity for (identity,) in db.execute("SELECT id FROM student")}
    return found


def search_course(course: Course, student: str) -> tuple[Path, ...]:
    """Return every file and folder of a course that still shows a person's id, in its name or inside."""
    found = []
    for root, folders, names in os.walk(course.root):
        for name in sorted([*folders, *names]):
            path = Path(root) / name
            if _word(student).search(name.encode("utf-8", "surrogateescape")) or _mentions(
                path, student
            ):
                found.append(path)
    return tuple(sorted(found))


def _word(student: str) -> re.Pattern[bytes]:
    return re.compile(rb"(?<![\w-])" + re.escape(student.encode()) + rb"(?![\w-])")


def _mentions(path: Path, student: str) -> bool:
    try:
        if path.is_symlink() or not path.is_file() or path.stat().st_size > MAX_SEARCHED:
            return False
        return _word(student).search(path.read_bytes()) is not None
    except OSError:
        return False


def _person_folders(course: Course, step: str, student: str) -> Iterator[Path]:
    """Yield the folders of a person in a step, whatever assignments there are or were."""
    shape = course.folder(step, "\1", student)
    pattern = "*".join(map(_escape, str(shape).split("\1")))
    found = sorted(Path("/").glob(pattern.lstrip("/")))
    # With nbgrader's structure a person has a folder of their own above those of the assignments.
    above = {path.parent for path in found if path.parent.name == student}
    empty = course.folder(step, "\1", student).parent
    if empty.name == student and empty.is_dir():
        above.add(empty)
    yield from sorted(above) or found


def _escape(text: str) -> str:
    return re.sub(r"([*?\[])", r"[\1]", text)


def _is_sqlite(path: Path) -> bool:
    try:
        with path.open("rb") as stream:
            return stream.read(16) == b"SQLite format 3\0"
    except OSError:
        return False
