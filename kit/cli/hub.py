"""`kit hub`: a JupyterHub for a class, with the courses and the grading in it."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from kit.i18n import gettext as _

FOLDER = click.argument(
    "folder", metavar="[FOLDER]", default="/srv/bitacora", type=click.Path(path_type=Path)
)


@click.group()
def hub() -> None:
    """Give a class a JupyterHub with the courses, the grading and the mentor's desk in it.

    \b
    Examples:
      sudo kit hub start          make the hub in /srv/bitacora, if it is new, and run it
      sudo kit hub check          look at it as a student and as a mentor would
      sudo kit hub codes intern-01   a new log-in code for somebody who lost theirs
    """


@hub.command()
@FOLDER
def new(folder: Path) -> None:
    """Make the folder of a hub, with settings and a roster to change."""
    from kit.hub.preparation import make_hub

    make_hub(folder.resolve())
    click.echo(
        _("Made {folder}. Write who takes part into {roster}, then give:").format(
            folder=folder, roster=folder / "roster.csv"
        )
    )
    # With its whole path: sudo looks in the folders of the system only.
    click.echo(f"  sudo {Path(sys.executable).parent}/kit hub start {folder}")


@hub.command()
@FOLDER
@click.option(
    "--beside",
    metavar="URL",
    default="",
    help="Run exchange, grader, desks and kernels beside a JupyterHub that runs already, such as TLJH.",
)
def start(folder: Path, beside: str) -> None:
    """Run the hub in FOLDER; make it first where there is none.

    It stays in the foreground until it is stopped with Ctrl-C, so that systemd can watch it. The servers of
    people go on meanwhile, and a hub that starts again finds them.

    \b
    Examples:
      sudo kit hub start
      sudo kit hub start /srv/class-2027
    """
    from kit.hub.preparation import check_place, make_hub, prepare_hub
    from kit.hub.supervisor import run_hub

    folder = folder.resolve()
    if not (folder / "hub.yaml").exists():
        folder.mkdir(parents=True, exist_ok=True)
        check_place(folder)
        make_hub(folder)
        click.echo(
            _("Made a new hub in {folder}, with people to try it out.").format(folder=folder)
        )
    settings, people = prepare_hub(folder, click.echo, accounts=not beside)
    scheme = "https" if settings.certificate else "http"
    address = f"{scheme}://{settings.address}:{settings.port}{settings.base_url}"
    click.secho(_("The hub: {address}   To stop it: Ctrl-C.").format(address=address), bold=True)
    run_hub(folder, settings, people, click.echo, beside=beside)


@hub.command()
@FOLDER
@click.option("--student", metavar="ID", help="Look as this student; the first by default.")
@click.option("--mentor", metavar="ID", help="Look as this mentor; the first by default.")
@click.pass_context
def check(ctx: click.Context, folder: Path, student: str | None, mentor: str | None) -> None:
    """Look at a running hub as a student and as a mentor would, and say what is wrong.

    The exit code is 0 when all is well.

    \b
    Examples:
      sudo kit hub check
      sudo kit hub check /srv/class-2027 --student intern-07
    """
    from kit.hub.check import check_hub

    bad = 0
    for finding in check_hub(folder.resolve(), student=student, mentor=mentor):
        bad += not finding.good
        sign = click.style("✓", fg="green") if finding.good else click.style("✗", fg="red")
        click.echo(f"{sign} {finding.what}")
        if not finding.good and finding.fix:
            click.echo(f"  {finding.fix}.")
    if bad:
        ctx.exit(1)


@hub.command()
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@click.option(
    "--folder", default="/srv/bitacora", type=click.Path(path_type=Path), help="The hub's folder."
)
def codes(ids: tuple[str, ...], folder: Path) -> None:
    """Make new log-in codes for people who lost theirs. The old ones end at once.

    \b
    Example:
      sudo kit hub codes intern-01
    """
    from kit.hub.preparation import renew_codes

    for id_, code in renew_codes(folder.resolve(), ids).items():
        click.echo(f"{id_}  {code}")


@hub.command()
@click.argument("course")
@click.argument("assignment")
@click.option(
    "--folder", default="/srv/bitacora", type=click.Path(path_type=Path), help="The hub's folder."
)
@click.option("--force", is_flag=True, help="Replace a source that was changed in the course.")
def release(course: str, assignment: str, folder: Path, force: bool) -> None:
    """Release an assignment in a course of the hub, or release it again after a correction.

    ASSIGNMENT is a folder with its hidden tests, or a name. People who log in from then on have it in their
    folder; what they wrote stays.

    \b
    Example:
      sudo kit hub release ai-evaluation assignments/error-bars
    """
    from kit.hub.preparation import release_again

    release_again(folder.resolve(), course, assignment, force=force)
    click.echo(_("Released {assignment} in {course}.").format(assignment=assignment, course=course))
