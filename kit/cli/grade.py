"""`kit grade`: grade the submissions of an assignment."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kit.cli.options import course_option, show_progress, students_option, workers_options
from kit.i18n import gettext as _
from kit.i18n import ngettext

if TYPE_CHECKING:
    from kit.grading.plan import Plan
    from kit.grading.preview import Change


@click.command(short_help="Grade the submissions of an assignment.")
@click.argument("assignment")
@course_option
@students_option
@click.option("--force", is_flag=True, help="Grade also what has not changed since the last time.")
@click.option("--dry-run", is_flag=True, help="Show whose marks would change, and change nothing.")
@workers_options
@click.option("--cold", is_flag=True, help="Start an ordinary kernel for each submission.")
@click.option(
    "--walls",
    type=click.Choice(["auto", "bubblewrap", "namespaces", "landlock", "none"]),
    default="auto",
    show_default=True,
    help="What stands around learners' code; auto takes the strongest that this machine can build.",
)
@click.option(
    "--verdict",
    type=click.Choice(["outside", "inside"]),
    default="outside",
    show_default=True,
    help="Where tests run: apart from the learner's code, or in its process, where marks can be forged.",
)
@click.option(
    "--private",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Lay private tests over the source: FOLDER/ASSIGNMENT/NOTEBOOK.ipynb.",
)
@click.option(
    "--no-private", is_flag=True, help="Grade without private tests, although there were some."
)
def grade(
    assignment: str,
    course: Path,
    students: tuple[str, ...],
    force: bool,
    dry_run: bool,
    jobs: int,
    cluster: str | None,
    cold: bool,
    walls: str,
    verdict: Any,
    private: Path | None,
    no_private: bool,
) -> None:
    """Grade what was handed in for ASSIGNMENT.

    Every folder submitted/STUDENT/ASSIGNMENT/ of the course is repaired where that is safe, executed,
    marked and kept. Only what changed since the last time is graded, and after an interruption the same
    command goes on where it was. One bad submission never stops the others: each has an outcome.

    Marks go to the gradebook, executed notebooks to autograded/, results to .kit/results/.

    The code of learners runs behind walls, where it reaches neither your files nor the network. `kit doctor`
    says which walls this machine can build. With --walls none it runs as you: only for people whom you trust
    that far.

    \b
    Examples:
      kit grade error-bars --course my-course
      kit grade error-bars --course my-course --student intern-07 --force
      kit grade error-bars --course my-course --dry-run
      kit grade error-bars --course /shared/my-course --cluster tcp://10.0.0.1:8786
    """
    from kit.grading.batch import plan_batch, run_batch
    from kit.grading.course import load_course
    from kit.sandbox import choose_tier

    began = time.monotonic()
    loaded = load_course(course)
    plan = plan_batch(
        loaded,
        assignment,
        students=students,
        force=force,
        walls=None if walls == "none" else choose_tier(None if walls == "auto" else walls),
        verdict=verdict,
        private=private,
        without_private=no_private,
    )
    for notice in loaded.notices:
        click.echo(_("note: {notice}").format(notice=notice), err=True)
    if not plan.todo and not plan.kept:
        click.echo(_("Nobody has handed in {assignment} yet.").format(assignment=assignment))
        return
    with show_progress(assignment, len(plan.todo)) as show:
        if dry_run:
            from kit.grading.preview import preview_batch

            changes = preview_batch(
                plan, jobs=jobs, warm=not cold, cluster=cluster, on_result=show.tell
            )
        else:
            failed = run_batch(plan, jobs=jobs, warm=not cold, cluster=cluster, on_result=show.tell)
    if dry_run:
        _show_changes(plan, changes)
    else:
        _summarise(plan, failed, time.monotonic() - began)


def _summarise(plan: Plan, failed: dict[str, str], seconds: float) -> None:
    new = len(plan.todo)
    kept = len(plan.kept)
    click.echo(
        ngettext("{n} submission graded", "{n} submissions graded", new).format(n=new)
        + _(" in {seconds:.1f} s").format(seconds=seconds)
        + (_(", {n} unchanged").format(n=kept) if kept else "")
        + "."
    )
    if failed:
        n = len(failed)
        click.echo(ngettext("{n} could not be graded:", "{n} could not be graded:", n).format(n=n))
        for student, outcome in failed.items():
            click.echo(f"  {student}: {outcome}")
    click.echo(_("Results: {folder}").format(folder=plan.course.results_folder(plan.assignment)))


def _show_changes(plan: Plan, changes: Sequence[Change]) -> None:
    new = [change for change in changes if change.is_new]
    changed = [change for change in changes if not change.is_new]
    for change in changed:
        worth = f"{change.before:g} → {change.after:g}"
        if change.max_before != change.max_after:
            worth += _(" (of {before:g} → of {after:g})").format(
                before=change.max_before, after=change.max_after
            )
        cells = "; ".join(
            f"{cell.key} {_points(cell.before)} → {_points(cell.after)}" for cell in change.cells
        )
        click.echo(f"{change.student}: {worth}" + (f"  [{cells}]" if cells else ""))
    total = len(plan.todo) + len(plan.kept)
    click.echo(
        ngettext(
            "The marks of {n} student would change, of {total}.",
            "The marks of {n} students would change, of {total}.",
            len(changed),
        ).format(n=len(changed), total=total)
    )
    if new:
        click.echo(
            ngettext(
                "{n} would be graded for the first time.",
                "{n} would be graded for the first time.",
                len(new),
            ).format(n=len(new))
        )
    click.echo(_("Nothing was written. Without --dry-run it is."))


def _points(points: float | None) -> str:
    return "–" if points is None else f"{points:g}"
