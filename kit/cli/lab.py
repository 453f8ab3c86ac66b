"""`kit lab`: open JupyterLab on a learner's folder."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import click

from kit.errors import KitError
from kit.i18n import gettext as _


@click.command()
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
@click.option("--no-browser", is_flag=True, help="Print the address, and open no browser.")
@click.option("--port", type=click.IntRange(1, 65535), help="The port to listen on.")
def lab(folder: Path | None, no_browser: bool, port: int | None) -> None:
    """Open JupyterLab on your folder.

    The first time it opens the first lesson; later, what you had open before. To stop it, press
    Ctrl-C twice in this terminal. DIR is the folder around you, or ~/bitacora.

    \b
    Examples:
      kit lab
      kit lab my-course --port 9000
      kit lab --no-browser
    """
    from kit.workspace.folder import find_folder
    from kit.workspace.lab import kernel_warning, prepare_lab

    if folder is not None and not (folder / ".kit" / "learner.json").is_file():
        raise KitError(
            _("this is no folder of a learner"),
            where=folder,
            fix=_("Make it one: kit start {folder}").format(folder=folder),
        )
    folder = folder or find_folder()
    if folder is None:
        raise KitError(_("you have no folder yet"), fix=_("Make one: kit start"))
    command = prepare_lab(folder.resolve(), browser=not no_browser, port=port)
    warning = kernel_warning()
    if warning:
        click.secho(warning, fg="yellow", err=True)
    click.echo(_("Opening {folder} in JupyterLab. To stop: Ctrl-C twice.").format(folder=folder))
    if os.name == "posix":
        # This process becomes JupyterLab, so that Ctrl-C and every other signal reach it and nothing else.
        sys.stdout.flush()
        os.execve(command.arguments[0], command.arguments, dict(command.environment))
    # JupyterLab gets Ctrl-C from the terminal itself and asks before it stops; this process waits.
    process = subprocess.Popen(command.arguments, env=dict(command.environment))
    while True:
        try:
            sys.exit(process.wait())
        except KeyboardInterrupt:
            continue
