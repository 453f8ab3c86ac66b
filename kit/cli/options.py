"""Options that several commands about a class share, so that they read and behave alike everywhere."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from kit.i18n import gettext as _

if TYPE_CHECKING:
    from kit.grading.results import Result

Command = TypeVar("Command", bound=Callable[..., Any])


def course_option(command: Command) -> Command:
    """Take ``--course DIR`` as the argument ``course``."""
    return click.option(
        "--course",
        type=click.Path(path_type=Path),
        required=True,
        metavar="DIR",
        help="The course directory (any nbgrader course).",
    )(command)


def students_option(command: Command) -> Command:
    """Take ``--student ID``, any number of times, as the argument ``students``."""
    return click.option(
        "--student",
        "students",
        multiple=True,
        metavar="ID",
        help="Only this one; may be repeated.",
    )(command)


def workers_options(command: Command) -> Command:
    """Take ``--jobs`` and ``--cluster``: who does the work, and how much of it at once."""
    command = click.option(
        "--cluster",
        metavar="ADDRESS",
        help="Hand the work to a Dask cluster: the address of its scheduler, or its scheduler file.",
    )(command)
    return click.option(
        "-j",
        "--jobs",
        type=click.IntRange(1),
        default=default_jobs,
        help="How many at once; by default one a core, at most 4.",
    )(command)


def default_jobs() -> int:
    """Return how many submissions to grade at once where nobody says."""
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2
    return min(4, count)


class Lines:
    """Progress as one line for each submission, with the time left, for logs and pipes."""

    def __init__(self, title: str, total: int) -> None:
        self.title = title
        self.total = total
        self.count = 0
        self.began = time.monotonic()

    def __enter__(self) -> Lines:
        return self

    def __exit__(self, *_error: object) -> None:
        return None

    def tell(self, result: Result) -> None:
        """Show one result."""
        self.count += 1
        left = (time.monotonic() - self.began) / self.count * (self.total - self.count)
        # Under a minute nobody waits for a figure.
        note = _(", {n} min left").format(n=round(left / 60)) if left > 90 else ""
        click.echo(f"[{self.count}/{self.total}{note}] {result.student}: {result.outcome}")


class Bar(Lines):
    """Progress as a bar with the time left, and a line above it for each submission."""

    def __init__(self, title: str, total: int) -> None:
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeRemainingColumn,
        )

        super().__init__(title, total)
        self.progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn(_("left:")),
            TimeRemainingColumn(),
            disable=not total,
        )
        self.task = self.progress.add_task(title, total=total)

    def __enter__(self) -> Bar:
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


def show_progress(title: str, total: int) -> Lines:
    """Return what shows progress: a bar on a terminal, lines elsewhere."""
    import sys

    return Bar(title, total) if sys.stdout.isatty() else Lines(title, total)
