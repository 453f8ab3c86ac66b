"""`kit start`: make a learner's folder."""

from __future__ import annotations

from pathlib import Path

import click

from kit.i18n import gettext as _
from kit.i18n import ngettext


@click.command()
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
@click.option(
    "--as", "learner", metavar="ID", help="The id under which you hand in, from your mentor."
)
def start(folder: Path | None, learner: str | None) -> None:
    """Make your own folder with the lessons and practice assignments.

    DIR is ~/bitacora where you name none. A folder that exists already is used: what is missing is
    added, and nothing in it is overwritten.

    \b
    Examples:
      kit start
      kit start my-course --as intern-07
    """
    from kit.workspace.content import find_content
    from kit.workspace.folder import DEFAULT_FOLDER, start_folder

    folder = (folder or DEFAULT_FOLDER).expanduser()
    known = (folder / ".kit" / "learner.json").is_file()
    changes = start_folder(folder, find_content().files, learner=learner)
    added = [change.name for change in changes if change.outcome == "added"]
    kept = [change.name for change in changes if change.outcome == "kept"]
    files = ngettext("{n} file", "{n} files", len(added)).format(n=len(added))
    click.secho(_("Your folder: {folder}").format(folder=folder.resolve()), fg="green", bold=True)
    if added:
        click.echo(_("  {files} added").format(files=files))
    else:
        click.echo(_("  everything was there already"))
    if kept:
        changed = ngettext("{n} file that differs", "{n} files that differ", len(kept))
        click.echo(
            _("  {files}: yours, left as they are").format(files=changed.format(n=len(kept)))
        )
    if known and kept:
        click.echo(_("To bring in corrections of the lessons: kit update"))
    where = "" if folder == DEFAULT_FOLDER.expanduser() else f" {folder}"
    click.echo(_("Next: {command}").format(command=f"kit lab{where}"))
