"""`kit regrade`: compute marks again from their evidence."""

from __future__ import annotations

from pathlib import Path

import click

from kit.cli.options import course_option, show_progress, students_option, workers_options
from kit.errors import KitError
from kit.i18n import gettext as _


@click.command(short_help="Compute marks again from their evidence.")
@click.argument("assignment")
@course_option
@students_option
@click.option("--check", is_flag=True, help="Say which marks do not agree, and change nothing.")
@workers_options
def regrade(
    assignment: str,
    course: Path,
    students: tuple[str, ...],
    check: bool,
    jobs: int,
    cluster: str | None,
) -> None:
    """Compute the marks of ASSIGNMENT again from their evidence, and compare.

    Each mark says with which source, limits, walls and seed it came about. The source of that time is kept in
    the course, so a mark is computed again as it was, whatever the source says today. The points in the
    gradebook are compared too.

    The exit code is 1 when a mark does not agree, or can not be computed again. Nothing is changed; to grade
    anew, give kit grade --force.

    \b
    Examples:
      kit regrade error-bars --course my-course --check
      kit regrade error-bars --course my-course --check --student intern-07
    """
    from kit.grading.course import load_course
    from kit.grading.recheck import recheck_results

    if not check:
        raise KitError(
            _("kit regrade changes no marks, so --check has to be there"),
            fix=_("Add --check to compare, or grade anew: kit grade {name} --force").format(
                name=assignment
            ),
        )
    loaded = load_course(course)
    total = len(students) or len(list(loaded.results_folder(assignment).glob("*.json")))
    with show_progress(assignment, total) as show:
        found = recheck_results(
            loaded, assignment, students=students, jobs=jobs, cluster=cluster, on_result=show.tell
        )
    words = {
        "agrees": click.style(_("agrees"), fg="green"),
        "differs": click.style(_("differs"), fg="red"),
        "impossible": click.style(_("can not be computed"), fg="yellow"),
    }
    for one in found:
        if one.state == "agrees" and not one.notes:
            continue
        said = " ".join([one.reason, *one.notes]).strip()
        click.echo(f"{one.student}: {words[one.state]}. {said}")
        for cell in one.cells:
            click.echo(f"  {cell.notebook}/{cell.key}: {cell.before} → {cell.after}")
    good = sum(one.state == "agrees" for one in found)
    click.echo(_("{good} of {n} agree.").format(good=good, n=len(found)))
    if good < len(found):
        raise click.exceptions.Exit(1)
