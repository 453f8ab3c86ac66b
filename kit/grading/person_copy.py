"""A copy of all that a course holds of one person, for that person: a folder or a ZIP file.

No hidden test is in it. The notebooks as they were executed hold hidden tests, so the feedback pages stand for
them, and seeds are left out of the results.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from kit.errors import KitError
from kit.grading.course import Course
from kit.grading.gradebook import read_rows
from kit.grading.people import read_people
from kit.grading.results import read_result
from kit.grading.roster import read_roster
from kit.grading.traces import find_traces
from kit.i18n import gettext as _

_JOIN = (
    " FROM {table} x JOIN submitted_notebook sn ON sn.id = x.notebook_id"
    " JOIN submitted_assignment sa ON sa.id = sn.assignment_id"
    " JOIN assignment a ON a.id = sa.assignment_id JOIN base_cell c ON c.id = x.cell_id"
    " WHERE sa.student_id = :student ORDER BY a.name, c.name"
)
_QUERIES = {
    "submissions": (
        ("assignment", "submitted", "extension"),
        "SELECT a.name, sa.timestamp, sa.extension FROM submitted_assignment sa"
        " JOIN assignment a ON a.id = sa.assignment_id WHERE sa.student_id = :student ORDER BY a.name",
    ),
    "points": (
        ("assignment", "question", "by_tests", "by_mentor", "extra"),
        "SELECT a.name, c.name, x.auto_score, x.manual_score, x.extra_credit"
        + _JOIN.format(table="grade"),
    ),
    "comments": (
        ("assignment", "question", "by_tests", "by_mentor"),
        "SELECT a.name, c.name, x.auto_comment, x.manual_comment" + _JOIN.format(table="comment"),
    ),
    "person": (
        ("id", "first_name", "last_name", "email"),
        "SELECT id, first_name, last_name, email FROM student WHERE id = :student",
    ),
}


def copy_person(
    course: Course, student: str, target: Path, *, exchange: Path | None = None
) -> Path:
    """Write everything about one person to a new folder, or to a ZIP file when its name ends so.

    Parameters
    ----------
    student
        The id, see `kit.grading.people.find_person`.
    target
        A folder or file that does not exist yet.
    exchange
        The folder that learners hand in to.

    Raises
    ------
    KitError
        If the target exists, or the course holds nothing of this person.
    """
    if target.exists():
        raise KitError(
            _("this is there already"), where=target, fix=_("Name a new folder or ZIP file")
        )
    with tempfile.TemporaryDirectory(prefix="kit-person-") as temporary:
        folder = Path(temporary) / student
        folder.mkdir()
        if not _gather(course, student, folder, exchange):
            raise KitError(
                _("there is nothing about {student!r} in this course").format(student=student),
                where=course.root,
                fix=_("Check the id, or the name in the table of names"),
            )
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.suffix == ".zip":
            with zipfile.ZipFile(target, "x", zipfile.ZIP_DEFLATED) as archive:
                for path in sorted(folder.rglob("*")):
                    archive.write(path, Path(student) / path.relative_to(folder))
        else:
            shutil.copytree(folder, target)
    return target


def _gather(course: Course, student: str, folder: Path, exchange: Path | None) -> bool:
    traces = find_traces(course, student, exchange=exchange)
    for step in ("submitted", "feedback"):
        for path in traces.folders[step]:
            # Links of a learner lead anywhere; they are copied as links, and never followed.
            place = folder / step if path.name == student else folder / step / path.parent.name
            shutil.copytree(path, place, symlinks=True, dirs_exist_ok=True)
    for path in traces.attempts:
        shutil.copytree(path, folder / "handed-in" / path.parent.name, symlinks=True)
    results = {path.parent.name: _result(path) for path in traces.results}
    rows = read_rows(course, [sql for _columns, sql in _QUERIES.values()], {"student": student})
    gradebook = {
        title: [dict(zip(columns, map(_plain, row), strict=True)) for row in found]
        for (title, (columns, _sql)), found in zip(_QUERIES.items(), rows, strict=True)
    }
    about = {
        "id": student,
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "table_of_names": read_people(course).get(student),
        "group": read_roster(course).get(student),
        "extensions": {
            name: _plain(deadline.extensions[student])
            for name, deadline in course.settings.assignments.items()
            if student in deadline.extensions
        },
        "gradebook": gradebook,
        "results": results,
        "kept_until": _plain(course.settings.keep_until),
    }
    text = json.dumps(about, ensure_ascii=False, indent=1) + "\n"
    (folder / "everything.json").write_text(text, encoding="utf-8")
    (folder / "README.txt").write_text(_explain(), encoding="utf-8")
    known = (about["table_of_names"], about["group"], about["extensions"], *gradebook.values())
    return traces.found or any(known)


def _result(path: Path) -> Any:
    data = json.loads(read_result(path).to_json())
    # With a seed, the values of a hidden test could be computed.
    data["evidence"].pop("seeds", None)
    return data


def _plain(value: Any) -> Any:
    return (
        value.isoformat() if isinstance(value, date) else value if value is None else _text(value)
    )


def _text(value: Any) -> Any:
    return value if isinstance(value, str | int | float | bool) else str(value)


def _explain() -> str:
    return _(
        "This is everything that the course holds about one person.\n\n"
        "submitted/       what was handed in and graded\n"
        "handed-in/       every attempt that was handed in\n"
        "feedback/        the feedback pages, with the work as it was executed\n"
        "everything.json  names, group, marks, comments, and how each mark came about\n\n"
        "Hidden tests are left out, because others are still examined with them.\n"
    )
