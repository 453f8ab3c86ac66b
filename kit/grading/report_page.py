"""The report of a course's assignment: gathered from the course, and written to its file."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import quote
from zoneinfo import ZoneInfo

from kit.grading.course import Course
from kit.grading.feedback_pages import feedback_path, read_title
from kit.grading.grades import load_results
from kit.grading.report import render_report
from kit.grading.roster import read_roster
from kit.notebooks.files import write_atomically


def write_report(course: Course, assignment: str, *, output: Path | None = None) -> Path:
    """Write the report on an assignment, and return its path.

    Parameters
    ----------
    course, assignment
        Where, and on which assignment.
    output
        The file; ``reports/<assignment>.html`` in the course when left out. Links to the feedback pages are
        relative to it, and stand only where there is a page.

    Raises
    ------
    KitError
        If nothing was graded.
    """
    results = load_results(course, assignment)
    output = output or course.root / "reports" / f"{assignment}.html"
    groups = read_roster(course)
    links = {}
    for result in results:
        page = feedback_path(course, assignment, result.student)
        if Path(page).is_file():
            links[result.student] = quote(
                Path(os.path.relpath(page, output.absolute().parent)).as_posix()
            )
    write_atomically(
        render_report(
            results,
            assignment=assignment,
            title=read_title(course, assignment),
            zone=ZoneInfo(course.settings.timezone),
            roster=groups,
            groups={student: group for student, group in groups.items() if group},
            min_group=course.settings.min_group,
            links=links,
        ),
        output,
    )
    return output
