"""`kit new`: make a lesson or an assignment that already verifies."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kit.i18n import gettext as _

if TYPE_CHECKING:
    from kit.authoring.new import Plan

EXAMPLES = """
\b
Examples:
  kit new lesson ocean-data/06-tides --title "Tides"
  kit new assignment tide-gauge --lesson ocean-data/06-tides
"""

_root = click.option(
    "--root",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    default=".",
    help="The folder with courses/ and assignments/; by default this one.",
)
_title = click.option("--title", help="The heading; by default the name in words.")


@click.group(epilog=EXAMPLES)
def new() -> None:
    """Make a lesson or an assignment that already verifies.

    What you get is a small real example with every part that the rules ask for. Change it cell by
    cell, and run 'kit verify' as often as you like. Nothing is ever overwritten.
    """


@new.command(epilog=EXAMPLES)
@click.argument("name", metavar="COURSE/NN-SLUG")
@_title
@_root
def lesson(name: str, title: str | None, root: Path) -> None:
    """Make the lesson courses/COURSE/NN-SLUG.ipynb and list it in course.yaml."""
    from kit.authoring.new import plan_lesson

    plan = plan_lesson(name, root=root, title=title)
    _write(plan, check=root / "courses" / f"{name}.ipynb")


@new.command(epilog=EXAMPLES)
@click.argument("slug")
@_title
@click.option(
    "--lesson",
    metavar="COURSE/NN-SLUG",
    help="The lesson it belongs to; by default the first one below courses/.",
)
@_root
def assignment(slug: str, title: str | None, lesson: str | None, root: Path) -> None:
    """Make the assignment assignments/SLUG: notebook, contract, rubric, known wrong answers."""
    from kit.authoring.new import plan_assignment

    plan = plan_assignment(slug, root=root, title=title, lesson=lesson)
    _write(plan, check=root / "assignments" / slug)


def _write(plan: Plan, *, check: Path) -> None:
    from kit.authoring.new import write_plan

    write_plan(plan)
    for path in plan.made:
        click.echo(_("made     {path}").format(path=path))
    for path in plan.changed:
        click.echo(_("changed  {path}").format(path=path))
    click.echo(
        _("\nNow change it to yours, and check it with:\n  kit verify {path}").format(path=check)
    )
