"""`kit people`: what a course holds about one person, to give or to erase."""

from __future__ import annotations

from pathlib import Path

import click

from kit.cli.options import course_option
from kit.i18n import gettext as _
from kit.i18n import ngettext

EXCHANGE = click.option(
    "--from",
    "exchange",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="The folder that learners hand in to; attempts there count too.",
)


@click.group(short_help="Give people their data, or erase it.")
def people() -> None:
    """Give people all that a course holds about them, or erase it.

    A course carries pseudonymous ids. The one table that names people is a CSV file with the columns id and
    name, outside the course; 'people' in kit.yaml says where. With it, WHO may be a name as well as an id.

    \b
    Examples:
      kit people export intern-07 --course my-course --to intern-07.zip
      kit people erase intern-07 --course my-course --from /srv/handed-in
      kit people erase --again --course my-course      after a backup was put back
      kit people erase --expired --course my-course    when the date in kit.yaml has passed
    """


@people.command()
@click.argument("who")
@course_option
@EXCHANGE
@click.option(
    "--to",
    "target",
    required=True,
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="A new folder, or a new file that ends with .zip.",
)
def export(who: str, course: Path, exchange: Path | None, target: Path) -> None:
    """Copy all that a course holds about WHO, for that person.

    What was handed in, feedback, marks, comments, and how each mark came about. Hidden tests are left out.
    """
    from kit.grading.course import load_course
    from kit.grading.people import find_person
    from kit.grading.person_copy import copy_person

    loaded = load_course(course)
    click.echo(copy_person(loaded, find_person(loaded, who), target, exchange=exchange))


@people.command()
@click.argument("who", required=False)
@course_option
@EXCHANGE
@click.option("--again", is_flag=True, help="Everybody who was erased before and is there again.")
@click.option(
    "--expired", is_flag=True, help="Everybody, when 'keep_until' in kit.yaml has passed."
)
@click.option("--yes", is_flag=True, help="Do not ask.")
def erase(
    who: str | None, course: Path, exchange: Path | None, again: bool, expired: bool, yes: bool
) -> None:
    """Erase WHO from a course: work, marks, feedback, rows in the gradebook and its copies, lines in tables.

    It can not be undone. What still shows the id afterwards is listed. A note is kept, without the id, so
    that --again finds the same people when a backup is put back.
    """
    from kit.grading.course import load_course
    from kit.grading.erasure import erase_again, erase_person
    from kit.grading.people import find_person
    from kit.grading.retention import find_expired

    if sum([who is not None, again, expired]) != 1:
        raise click.UsageError(_("Name one person, or add --again, or --expired."))
    loaded = load_course(course)
    if again:
        done = erase_again(loaded)
    else:
        names = find_expired(loaded) if expired else [find_person(loaded, str(who))]
        if not names:
            click.echo(_("There is nobody to erase."))
            return
        if not yes:
            text = ngettext("Erase {names}?", "Erase {n} people: {names}?", len(names))
            click.confirm(text.format(n=len(names), names=", ".join(names)), abort=True)
        done = tuple(erase_person(loaded, name, exchange=exchange) for name in names)
    for one in done:
        for sentence in one.done:
            click.echo(_("erased  {what}").format(what=sentence))
        if not one.done:
            click.echo(_("{student}: there was nothing.").format(student=one.student))
        for path in one.left:
            click.secho(
                _("still there, look at it yourself: {path}").format(path=path), fg="yellow"
            )
    click.echo(
        _(
            "Not reached from here: backups, copies that were sent, and the hub. When you put a backup back, "
            "give: kit people erase --again --course {course}"
        ).format(course=course)
    )
