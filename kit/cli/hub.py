"""`kit hub`: a JupyterHub for a class, with the courses and the grading in it."""

from __future__ import annotations

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
    click.echo(f"  sudo kit hub start {folder}")


@hub.command()
@FOLDER
def start(folder: Path) -> None:
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
    settings, _people = prepare_hub(folder, click.echo)
    scheme = "https" if settings.certificate else "http"
    address = f"{scheme}://{settings.address}:{settings.port}{settings.base_url}"
    click.secho(_("The hub: {address}   To stop it: Ctrl-C.").format(address=address), bold=True)
    run_hub(folder, settings, click.echo)
