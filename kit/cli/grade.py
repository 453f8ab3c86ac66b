"""`kit grade`: grade the submissions of an assignment."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kit.i18n import gettext as _
from kit.i18n import ngettext

if TYPE_CHECKING:
    from kit.grading.batch import Plan
    from kit.grading.results import Result


@click.command(short_help="Grade the submissions of an assignment.")
@click.argument("assignment")
@click.option(
    "--course",
    "course_dir",
    required=True,
    type=click.Path(path_type=Path),
    help="The course directory (any nbgrader course).",
)
@click.option(
    "--student", "students", multiple=True, metavar="ID", help="Only this one; may be repeated."
)
@click.option("--force", is_flag=True, help="Grade also what has not changed since the last time.")
@click.option(
    "-j",
    "--jobs",
    type=click.IntRange(1),
    help="How many at once; by default one a core, at most 4.",
)
@click.option("--cold", is_flag=True, help="Start an ordinary kernel for each submission.")
@click.option(
    "--walls",
    type=click.Choice(["auto", "bubblewrap", "namespaces", "landlock", "none"]),
    default="none",
    show_default=True,
    help="What stands around learners' code; auto takes the strongest that this machine can build.",
)
def grade(
    assignment: str,
    course_dir: Path,
    students: tuple[str, ...],
    force: bool,
    jobs: int | None,
    cold: bool,
    walls: str,
) -> None:
    """Grade what was handed in for ASSIGNMENT.

    Every folder submitted/STUDENT/ASSIGNMENT/ of the course is repaired where that is safe, executed,
    marked and kept. Only what changed since the last time is graded, and after an interruption the same
    command goes on where it was. One bad submission never stops the others: each has an outcome.

    Marks go to gradebook.db, executed notebooks to autograded/, results to .kit/results/.

    Without --walls the code of learners runs as you: grade only people whom you trust that far. Behind walls
    it reaches neither your files nor the network, and each submission starts a cold kernel. `kit doctor` says
    which walls this machine can build.

    \b
    Examples:
      kit grade error-bars --course my-course
      kit grade error-bars --course my-course --student intern-07 --force
      kit grade error-bars --course my-course --walls auto
    """
    from kit.grading.batch import plan_batch, run_batch
    from kit.grading.course import load_course
    from kit.sandbox import choose_tier

    began = time.monotonic()
    course = load_course(course_dir)
    plan = plan_batch(
        course,
        assignment,
        students=students,
        force=force,
        walls=None if walls == "none" else choose_tier(None if walls == "auto" else walls),
    )
    for notice in course.notices:
        click.echo(_("note: {notice}").format(notice=notice), err=True)
    if not plan.todo and not plan.kept:
        click.echo(_("Nobody has handed in {assignment} yet.").format(assignment=assignment))
        return
    show = _Bar(plan) if sys.stdout.isatty() else _Lines(plan)
    with show:
        results = run_batch(plan, jobs=jobs or _default_jobs(), warm=not cold, on_result=show.tell)
    _summarise(plan, results, time.monotonic() - began)


def _default_jobs() -> int:
    import os

    return min(4, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2)


class _Lines:
    """Progress as one line for each submission, for logs and pipes."""

    def __init__(self, plan: Plan) -> None:
        self.total = len(plan.todo)
        self.count = 0

    def __enter__(self) -> _Lines:
        return self

    def __exit__(self, *_error: object) -> None:
        return None

    def tell(self, result: Result) -> None:
        """Show one result."""
        self.count += 1
        click.echo(f"[{self.count}/{self.total}] {result.student}: {result.outcome}")


class _Bar(_Lines):
    """Progress as a bar with the time left, and a line above it for each submission."""

    def __init__(self, plan: Plan) -> None:
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeRemainingColumn,
        )

        super().__init__(plan)
        self.progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn(_("left:")),
            TimeRemainingColumn(),
            disable=not plan.todo,
        )
        self.task = self.progress.add_task(plan.assignment, total=len(plan.todo))

    def __enter__(self) -> _Bar:
        self.progress.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.progress.stop()

    def tell(self, result: Result) -> None:
        """Show one result."""
        from rich.markup import escape

        mark = "✓" if result.status == "graded" else "✗"
        self.progress.console.print(
            f"{mark} {escape(result.student)}: {escape(result.outcome)}", highlight=False
        )
        self.progress.advance(self.task)


def _summarise(plan: Plan, results: tuple[Result, ...], seconds: float) -> None:
    failed = [result for result in results if result.status == "failed"]
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
        for result in failed:
            click.echo(f"  {result.student}: {result.outcome}")
    click.echo(_("Results: {folder}").format(folder=plan.course.results_folder(plan.assignment)))
