"""`kit collect`: fetch what was handed in."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click

from kit.cli.options import course_option
from kit.i18n import gettext as _

_COLOUR = {"collected": "green", "held": "yellow", "refused": "red"}


@click.command()
@click.argument("assignment")
@course_option
@click.option(
    "--from",
    "source",
    type=click.Path(path_type=Path),
    required=True,
    metavar="FOLDER",
    help="The folder that learners hand in to.",
)
@click.option(
    "--accept",
    multiple=True,
    metavar="STUDENT",
    help="Take the newest attempt of this student although it is doubtful. Look at it first.",
)
def collect(assignment: str, course: Path, source: Path, accept: tuple[str, ...]) -> None:
    """Fetch the newest attempt of everybody who handed in.

    Each goes to submitted/STUDENT/ASSIGNMENT in the course, with the time it was handed in. A
    newer submission is never replaced by an older one, and nothing is deleted from FOLDER. Giving
    the command again brings only what is new.

    \b
    Example:
      kit collect error-bars --course ai-2027 --from /srv/handed-in
    """
    from kit.grading.collection import collect as collect_all

    words = {
        "collected": _("collected"),
        "unchanged": _("unchanged"),
        "older": _("kept"),
        "held": _("held"),
        "refused": _("refused"),
    }
    count: Counter[str] = Counter()
    for one in collect_all(assignment, course=course, source=source, accept=accept):
        count[one.outcome] += 1
        when = f"{one.submitted_at:%Y-%m-%d %H:%M:%S} UTC" if one.submitted_at else ""
        state = click.style(f"{words[one.outcome]:<10}", fg=_COLOUR.get(one.outcome))
        click.echo(f"{state} {one.student:<20} {when:<24} {one.detail}")
    summary = ", ".join(f"{words[outcome]} {number}" for outcome, number in count.items())
    click.echo(summary or _("Nobody has handed in {assignment} yet.").format(assignment=assignment))
