"""`kit release`: make the version of an assignment that learners get."""

from __future__ import annotations

from pathlib import Path

import click

from kit.cli.options import course_option
from kit.i18n import gettext as _


@click.command(short_help="Make the version of an assignment that learners get.")
@click.argument("assignment")
@course_option
@click.option(
    "--allow-shared",
    is_flag=True,
    help="Release although a line of a solution or a hidden test is also in what learners see.",
)
@click.option("--force", is_flag=True, help="Replace a source that was changed in the course.")
def release(assignment: str, course: Path, allow_shared: bool, force: bool) -> None:
    """Make the version of ASSIGNMENT that learners get.

    ASSIGNMENT is a folder such as assignments/error-bars, which is copied into the course first, or the
    name of an assignment that is already in the course's source/ folder. A course begins as an empty folder.

    Solutions, hidden tests and marking schemes are taken out, as nbgrader does. The assignment and its
    cells are written into the gradebook, so that nbgrader's own commands and its formgrader work with
    it. Nothing is released when a solution or a hidden test could be read in the result.

    \b
    Examples:
      kit release assignments/error-bars --course my-course
      kit release ps1 --course my-course
    """
    from kit.grading.course import load_course
    from kit.grading.publication import publish_assignment

    loaded = load_course(course, new=True)
    done = publish_assignment(loaded, assignment, allow_shared=allow_shared, force=force)
    for notice in loaded.notices:
        click.echo(_("note: {notice}").format(notice=notice), err=True)
    names = ", ".join(f"{name}.ipynb" for name in done.notebooks)
    click.echo(
        _("Released {assignment}: {names}, {points:g} points.").format(
            assignment=done.assignment, names=names, points=done.max_score
        )
    )
    click.echo(_("Learners get what is in {folder}").format(folder=done.folder))
