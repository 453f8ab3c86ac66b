"""What can be seen from behind the walls: the Python environment, the system's libraries, little else.

Where that is on this machine is found out here. How it is shown (bind mounts, Landlock rules) is left to
those who build the walls.
"""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from kit.errors import KitError
from kit.i18n import gettext as _
from kit.sandbox.inside import Layout

_SYSTEM = (
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib32",
    "/lib64",
    "/libx32",
    "/nix/store",
    "/gnu/store",
)
# How programs find libraries, fonts, certificates, time zones. Nothing that names a person or a machine.
_SETTINGS = (
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/alternatives",
    "/etc/fonts",
    "/etc/localtime",
    "/etc/mime.types",
    "/etc/pki/tls/certs",
    "/etc/ssl/certs",
    "/etc/ssl/openssl.cnf",
)


def make_layout(python: str | None = None, read_only: Iterable[str | Path] = ()) -> Layout:
    """Say what is shown to a command.

    Parameters
    ----------
    python
        The interpreter whose environment is shown; by default the one that runs this.
    read_only
        More files and folders, such as data of an assignment.

    Raises
    ------
    KitError
        If a path is not there, or would show a home, or everything.
    """
    extra = _check_paths(read_only)
    shown: list[str] = []
    links: list[tuple[str, str]] = []
    for path in (*_SYSTEM, *_SETTINGS):
        if os.path.islink(path):
            links.append((path, os.readlink(path)))
        elif os.path.exists(path):
            shown.append(path)
    environment = find_environment(python or sys.executable)
    _refuse_homes(environment, _("the Python environment would show a home folder"))
    for path in sorted({*environment, *extra}):
        # Below something that is shown already, there is nothing to add.
        if not any(path == other or path.startswith(other + "/") for other in shown):
            shown.append(path)
    return Layout(tuple(sorted(shown)), tuple(links))


def _check_paths(paths: Iterable[str | Path]) -> list[str]:
    found = []
    for path in paths:
        full = os.path.realpath(path)
        if not os.path.exists(full):
            raise KitError(_("there is no such file or folder to show"), where=path)
        found.append(full)
    _refuse_homes(found, _("this would show a home folder or more"))
    return found


def _refuse_homes(paths: Iterable[str], what: str) -> None:
    home = os.path.realpath(Path.home())
    for path in paths:
        if (
            path in ("/", "/proc", "/sys", "/dev", "/etc")
            or home == path
            or home.startswith(path + "/")
        ):
            raise KitError(what, where=path, fix=_("Choose a folder inside of it"))


@cache
def find_environment(python: str) -> tuple[str, ...]:
    """Return the folders that an interpreter needs: its environment, the one below, and links on the way.

    Examples
    --------
    >>> sys.prefix in find_environment(sys.executable) or sys.prefix == "/usr"
    True
    """
    if os.path.realpath(python) == os.path.realpath(sys.executable) and python == sys.executable:
        prefixes = [sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix]
        prefixes.append(sysconfig.get_paths()["stdlib"])
    else:
        prefixes = list(_ask_for_prefixes(python))
    for link in _follow_links(python):
        folder = os.path.dirname(link)
        # …/bin/python: the libraries lie beside bin.
        prefixes.append(os.path.dirname(folder) if folder.endswith("/bin") else folder)
    found = {os.path.abspath(path) for path in prefixes if path}
    return tuple(sorted(path for path in found if path not in ("/", "/usr")))


def _ask_for_prefixes(python: str) -> list[str]:
    code = "import sys; print(sys.prefix, sys.base_prefix, sys.exec_prefix, sep='\\n')"
    try:
        answer = subprocess.run(
            [python, "-I", "-c", code], capture_output=True, text=True, timeout=60, check=True
        )
    except (OSError, subprocess.SubprocessError) as err:
        raise KitError(_("this is not a Python interpreter that works"), where=python) from err
    return answer.stdout.split("\n")


def _follow_links(path: str) -> list[str]:
    """Return a path and everything that it is a symbolic link to, one step after the other."""
    steps = [os.path.abspath(path)]
    while os.path.islink(steps[-1]) and len(steps) < 40:
        target = os.readlink(steps[-1])
        steps.append(os.path.normpath(os.path.join(os.path.dirname(steps[-1]), target)))
    steps.append(os.path.realpath(path))
    return steps
