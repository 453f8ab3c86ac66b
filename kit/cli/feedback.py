"""`kit feedback`: write the feedback pages."""

from __future__ import annotations

from pathlib import Path

import click

from kit.cli.options import course_option, students_option
from kit.i18n import gettext as _
from kit.i18n import ngettext


@click.command()
@click.argument("assignment")
@course_option
@students_option
def feedback(assignment: str, course: Path, students: tuple[str, ...]) -> None:
    """Write one feedback page for each submission that was graded.

    The pages are feedback/STUDENT/ASSIGNMENT/ASSIGNMENT.html in the course. They show marks, reasons and the
    learner's own work, and never a hidden test. They hold no script, and can be sent as they are.

    \b
    Example:
      kit feedback error-bars --course ai-2027
    """
    from rich.progress import track

    from kit.grading.course import load_course
    from kit.grading.feedback_pages import write_feedback

    opened = load_course(course)
    pages = write_feedback(opened, assignment, students=students)
    count = sum(1 for _page in track(pages, description=_("Feedback"), total=len(pages)))
    folder = opened.folder("feedback", assignment, "*") / f"{assignment}.html"
    click.echo(
        ngettext("{n} page: {folder}", "{n} pages: {folder}", count).format(n=count, folder=folder)
    )
