"""`kit submit`: hand in an assignment."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kit.errors import KitError
from kit.i18n import gettext as _

if TYPE_CHECKING:
    from kit.grading.exchange import Receipt


def _both_clocks(moment: datetime) -> str:
    local = moment.astimezone()
    if not local.utcoffset():
        return f"{local:%Y-%m-%d %H:%M:%S} UTC"
    return f"{local:%Y-%m-%d %H:%M:%S} ({local:%Z}), {moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


@click.command()
@click.argument("what", metavar="NOTEBOOK|ASSIGNMENT")
@click.option(
    "--to",
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder to hand in to: a shared folder or a stick. "
    "In a folder made by 'kit start' the default is .kit/handed-in, which stays with you.",
)
@click.option(
    "--as", "student", metavar="ID", help="Your id. Ask your mentor, if you do not know it."
)
@click.option(
    "--assignment", metavar="NAME", help="The assignment, where it is not called like the notebook."
)
@click.option(
    "--with",
    "extra",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="A further file that belongs to your answer. Give it once for each file.",
)
@click.option(
    "--share-time",
    is_flag=True,
    help="Let your mentor see how many minutes you worked on each question. Without it nobody does.",
)
@click.option("--as-it-is", is_flag=True, help="Hand in a file that can not be read as a notebook.")
def submit(
    what: str,
    to: Path | None,
    student: str | None,
    assignment: str | None,
    extra: tuple[Path, ...],
    share_time: bool,
    as_it_is: bool,
) -> None:
    """Hand in an assignment.

    You can hand in as often as you like until the due date: every attempt is kept, and the newest
    counts. Save the notebook in JupyterLab first.

    \b
    Examples:
      kit submit error-bars --to /media/stick/class --as intern-07
      kit submit work/error-bars.ipynb --to "R:\\handed in" --as intern-07
      kit submit practice            (in a folder made by 'kit start', and on a course server)
    """
    from kit.grading.exchange import hand_in
    from kit.grading.own_work import find_learner_folder, find_work, learner_id
    from kit.hub import client

    name, folder, notebooks = find_work(what, Path.cwd())
    root = find_learner_folder(folder)
    if share_time:
        from kit.workspace import timekeeping

        extra = (*extra, timekeeping.share_time(notebooks, folder))
    over_hub = to is None and client.is_on_hub()
    if over_hub or str(to).startswith("hub:"):
        # Who hands in, the hub knows.
        course = str(to).removeprefix("hub:") if to is not None else None
        _show(
            client.hand_in(
                notebooks,
                assignment=assignment or name,
                course=course,
                extra=extra,
                folder=folder,
                as_it_is=as_it_is,
            )
        )
        return
    if to is None:
        if root is None:
            raise KitError(
                _("it is not clear where to hand in"),
                fix=_("Add --to and the folder that your mentor named"),
            )
        to = root / ".kit" / "handed-in"
        to.mkdir(parents=True, exist_ok=True)
        # Work handed in to oneself needs no name.
        student = student or learner_id(root) or "me"
    student = student or learner_id(root)
    if student is None:
        raise KitError(
            _("it is not clear who hands in"),
            fix=_("Add --as and the id that your mentor gave you"),
        )
    receipt = hand_in(
        notebooks,
        assignment=assignment or name,
        student=student,
        to=to,
        extra=extra,
        folder=folder,
        as_it_is=as_it_is,
    )
    _show(receipt)


def _show(receipt: Receipt) -> None:
    click.secho(_("Handed in. This is your receipt:"), fg="green", bold=True)
    click.echo(_("  assignment  {name}").format(name=receipt.assignment))
    click.echo(_("  student     {name}").format(name=receipt.student))
    click.echo(_("  when        {when}").format(when=_both_clocks(receipt.submitted_at)))
    for file, digest in receipt.files.items():
        click.echo(_("  file        {file}").format(file=file))
        click.echo(_("  SHA-256     {digest}").format(digest=digest))
    click.echo(_("  copy        {folder}").format(folder=receipt.folder))
    click.echo(
        _("Your own file stays where it is. You can hand in again; the newest attempt counts.")
    )
