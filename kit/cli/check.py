"""`kit check`: run the visible tests of an assignment and read what they say."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kit.i18n import gettext as _
from kit.i18n import ngettext

if TYPE_CHECKING:
    from kit.grading.check import Check


@click.command(short_help="Run the visible tests of an assignment and read what they say.")
@click.argument("notebook")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON, for programs.")
@click.option("--cold", is_flag=True, help="Start an ordinary kernel, not a warm one.")
def check(notebook: str, as_json: bool, cold: bool) -> None:
    """Run the visible tests of NOTEBOOK and read what they say.

    NOTEBOOK is a file, a folder with one notebook, or the name of an assignment. A copy runs from top to
    bottom in a fresh kernel, as it will when it is graded; your file is not changed. Save it first.

    The exit code is 0 when every test that you can see passes. Hidden tests and mentors decide the rest.

    \b
    Examples:
      kit check error-bars
      kit check assignments/error-bars/error-bars.ipynb
    """
    from kit.grading.check import check_notebook, find_notebook

    path = find_notebook(notebook, start=Path.cwd())
    done = check_notebook(path, warm=not cold)
    if as_json:
        data = {**asdict(done), "path": str(done.path), "passed": done.passed}
        click.echo(json.dumps(data, ensure_ascii=False, indent=1))
    else:
        _show(done)
    if not done.passed:
        raise click.exceptions.Exit(1)


def _show(done: Check) -> None:
    # An icon and a word for each state, so that nothing depends on colour.
    looks = {
        "passed": ("✓", _("passed"), "green"),
        "failed": ("✗", _("failed"), "red"),
        "not done": ("○", _("not done yet"), "yellow"),
        "not run": ("!", _("not run"), "red"),
        "hidden": ("?", _("hidden test"), "blue"),
        "mentor": ("✎", _("for a mentor"), "blue"),
    }
    width = max(len(word) for _icon, word, _colour in looks.values())
    title = ""
    for cell in done.cells:
        if cell.title != title:
            title = cell.title
            click.echo()
            click.secho(title, bold=True)
        icon, word, colour = looks[cell.state]
        worth = ngettext("{n:g} point", "{n:g} points", 1 if cell.points == 1 else 2)
        click.echo(
            "  "
            + click.style(f"{icon} {word.ljust(width)}", fg=colour)
            + f"  {cell.key} ({worth.format(n=cell.points)})"
        )
        if cell.message and cell.state in ("failed", "not run"):
            for line in cell.message.splitlines():
                click.echo(f"      {line}")
    click.echo()
    for sentence in (*done.stopped, *done.notes):
        click.echo(f"! {sentence}")
    good = sum(cell.state == "passed" for cell in done.visible)
    click.echo(
        _("{good} of {n} tests that you can see pass.").format(good=good, n=len(done.visible))
        + " "
        + _("Hidden tests and mentors decide the rest.")
    )
