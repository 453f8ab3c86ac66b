"""`kit update`: bring corrections into a learner's folder."""

from __future__ import annotations

from pathlib import Path

import click

from kit.errors import KitError
from kit.i18n import gettext as _


@click.command()
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
def update(folder: Path | None) -> None:
    """Bring corrections of the lessons into your folder; what you wrote stays.

    Save your notebooks in JupyterLab first. Where you and the authors changed the same cell, yours
    stays and theirs stands below it. A copy of every file that changes is kept in .kit/backup.

    \b
    Examples:
      kit update
      kit update my-course
    """
    from kit.workspace.content import find_content
    from kit.workspace.folder import find_folder, update_folder

    if folder is not None and not (folder / ".kit" / "learner.json").is_file():
        raise KitError(
            _("this is no folder of a learner"), where=folder, fix=_("Make one: kit start DIR")
        )
    folder = folder or find_folder()
    if folder is None:
        raise KitError(_("you have no folder yet"), fix=_("Make one: kit start"))
    changes = update_folder(folder, find_content().files)
    labels = {
        "added": (_("new"), "green"),
        "updated": (_("corrected"), "green"),
        "merged": (_("corrected"), "green"),
        "conflict": (_("look at it"), "yellow"),
        "kept": (_("left alone"), None),
        "failed": (_("not read"), "red"),
    }
    told = [change for change in changes if change.outcome != "same"]
    width = max((len(label) for label, _colour in labels.values()), default=0)
    for change in told:
        label, colour = labels[change.outcome]
        detail = f" ({change.detail})" if change.detail else ""
        click.echo(f"  {click.style(label.ljust(width), fg=colour)}  {change.name}{detail}")
    failed = [change for change in told if change.outcome == "failed"]
    if not any(change.outcome in ("added", "updated", "merged", "conflict") for change in told):
        click.echo(_("Nothing to bring in: {folder} has the newest version.").format(folder=folder))
    else:
        click.echo(
            _("The files as they were before are in {path}").format(path=folder / ".kit" / "backup")
        )
        click.echo(_("If one of them is open in JupyterLab: File, Reload Notebook from Disk."))
    if failed:
        raise KitError(
            _("{n} of your files could not be read").format(n=len(failed)),
            where=folder,
            fix=_("Rename them, then bring back a fresh copy with: kit start {folder}").format(
                folder=folder
            ),
        )
