"""`kit kernels`: install, show, stop and serve warm kernels."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Any

import click

from kit.i18n import gettext as _
from kit.i18n import ngettext


@click.group()
def kernels() -> None:
    """Install, show or stop the warm kernels.

    A warm kernel starts in a fraction of a second with its libraries loaded, because it is forked from a server
    that has them. The server is started when it is needed and ends when it is idle.

    \b
    Examples:
      kit kernels install --sys-prefix   offer 'Python 3 (warm)' in this environment
      kit kernels status                 what runs, and what it has loaded
      kit kernels stop                   let the servers go; notebooks that run are not touched

    To do without: set KIT_KERNELS_COLD=1, or choose the kernel 'Python 3' in JupyterLab.
    """


@kernels.command()
@click.option(
    "--sys-prefix", is_flag=True, help="Into the environment that kit runs in (the default)."
)
@click.option("--user", is_flag=True, help="For you, in every environment that you use.")
@click.option(
    "--prefix", type=click.Path(path_type=Path), help="Into the environment below this folder."
)
@click.option(
    "--python", type=click.Path(path_type=Path), help="The interpreter of the kernels, if another."
)
@click.option(
    "--preload", default=None, help="Modules to load, with commas; else what a notebook imports."
)
@click.option("--name", default="python3-warm", show_default=True, help="The kernelspec's name.")
@click.option("--display-name", default=None, help="What JupyterLab shows.")
@click.option(
    "--default", "first", is_flag=True, help="Offer it first, and take it for new notebooks."
)
def install(
    sys_prefix: bool,
    user: bool,
    prefix: Path | None,
    python: Path | None,
    preload: str | None,
    name: str,
    display_name: str | None,
    first: bool,
) -> None:
    """Install the kernelspec 'Python 3 (warm)'.

    JupyterLab's environment needs this package; the kernels' own environment needs ipykernel only.

    \b
    Examples:
      kit kernels install --default
      kit kernels install --user --python ~/envs/ocean/bin/python --display-name "Ocean (warm)"
      kit kernels install --prefix /opt/jupyter --preload numpy,pandas,torch
    """
    from kit.kernels.specs import install_spec, make_spec

    if sum((sys_prefix, user, prefix is not None)) > 1:
        raise click.UsageError(_("Choose one of --sys-prefix, --user and --prefix."))
    modules = (
        None if preload is None else [part.strip() for part in preload.split(",") if part.strip()]
    )
    spec = make_spec(
        # Not resolved: the link is what makes an interpreter that of a virtual environment.
        "python" if python is None else os.path.abspath(python.expanduser()),  # noqa: PTH100
        preload=modules,
        display_name=display_name,
        first=first,
    )
    target = None if user else str(prefix or sys.prefix)
    path = install_spec(spec, name=name, user=user, prefix=target)
    click.echo(_("Installed '{name}' in {path}").format(name=spec["display_name"], path=path))
    if sys.platform != "linux":
        click.echo(_("This system has no warm kernels: it is an ordinary one."))


@kernels.command()
def status() -> None:
    """Show the servers that run, what they have loaded and the kernels they keep."""
    from kit.kernels import client, places

    described = []
    shared = places.shared_folder()
    for folder, owner in ((shared, 0), (places.own_folder(), None)):
        for path in [] if folder is None else client.list_servers(folder):
            described.append((path, client.ask_server(path, client.STATUS, owner=owner)))
    if not described:
        click.echo(_("No server is running. The first warm kernel starts one."))
    for path, said in described:
        _show_server(path, said)


def _show_server(path: Path, said: dict[str, Any]) -> None:
    minutes = (time.time() - said["started"]) / 60
    click.secho(_("server {pid}").format(pid=said["pid"]), bold=True, nl=False)
    click.echo(f"  {said['python']}  " + _("since {n:.0f} min").format(n=minutes), nl=False)
    click.echo(_(", for all users") if said["shared"] else "")
    click.echo(
        "  " + _("loaded: {names}").format(names=", ".join(said["loaded"]) or _("ipykernel only"))
    )
    for name, why in said["failed"].items():
        click.echo("  " + _("not loaded: {name} ({why})").format(name=name, why=why))
    alive = said["kernels"]
    click.echo(
        "  "
        + ngettext("{n} kernel", "{n} kernels", len(alive)).format(n=len(alive))
        + "".join(f"  {kernel['pid']}" for kernel in alive)
    )
    click.echo("  " + _("log: {path}").format(path=path.with_suffix(".log")))


@kernels.command()
@click.option("--kill", is_flag=True, help="End the running kernels as well.")
def stop(kill: bool) -> None:
    """Stop your servers. Running kernels go on, unless you ask otherwise."""
    from kit.kernels import client, places

    stopped = left = 0
    for path in client.list_servers(places.own_folder()):
        said = client.ask_server(path, client.KILL if kill else client.STOP)
        stopped, left = stopped + 1, left + said["kernels"]
    click.echo(ngettext("Stopped {n} server.", "Stopped {n} servers.", stopped).format(n=stopped))
    if left and not kill:
        click.echo(ngettext("{n} kernel goes on.", "{n} kernels go on.", left).format(n=left))


@kernels.command()
@click.option("--preload", default="", help="Modules to load, with commas.")
@click.option(
    "--python", type=click.Path(path_type=Path), default=None, help="The kernels' interpreter."
)
def serve(preload: str, python: Path | None) -> None:
    """Serve the kernels of all users of this machine. For operators, as root.

    Each kernel becomes the user who asked for it before it runs anything. The server stays in the foreground
    until it is stopped, so that systemd can watch it.

    \b
    Example:
      kit kernels serve --preload numpy,pandas,sklearn,torch
    """
    from kit.kernels.shared import serve_all

    serve_all(
        str(python or sys.executable), [part.strip() for part in preload.split(",") if part.strip()]
    )
