"""The command `kit` from inside a notebook, for what a lesson asks of the rest of the kit."""

from __future__ import annotations

import atexit
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from kit.errors import KitError
from kit.i18n import gettext as _
from kit.learn.frontend import is_strict
from kit.learn.logbook import find_log


class Printed(str):
    """Text that was printed already, so a notebook does not show it again as the value of the cell."""

    __slots__ = ()

    def _ipython_display_(self) -> None:
        pass


# A learner's folder for people who have none, made at the first command and gone with the kernel.
_borrowed: list[Path] = []


def terminal(command: str) -> str:
    """Run a command that begins with ``kit``, as in a terminal, and show what it says.

    It runs in the learner's folder. In a notebook outside such a folder it runs in a temporary one, and
    says so, so that a lesson can be tried anywhere.

    Parameters
    ----------
    command
        What you would write in a terminal, such as ``"kit check practice"``.

    Returns
    -------
    str
        What the command said.

    Raises
    ------
    KitError
        If it is another command; with ``KIT_CHECKS=strict`` also if the command reports an error.

    Examples
    --------
    >>> said = terminal("kit --version")  # doctest: +ELLIPSIS
    kit, version ...
    """
    words = shlex.split(command)
    if words[:1] != ["kit"]:
        raise KitError(
            _("{command!r} is not a command of the kit").format(command=command),
            fix=_("Begin it with 'kit', such as: terminal('kit --help')"),
        )
    done = _run(words[1:], _folder())
    said = done.stdout + done.stderr
    print(said, end="" if said.endswith("\n") else "\n")
    # That tests do not pass yet (kit check says so with code 1) is an answer, and no error.
    if done.returncode != 0 and done.stderr and is_strict():
        what = _("'{command}' ended with code {code}: {said}")
        raise KitError(what.format(command=command, code=done.returncode, said=done.stderr.strip()))
    return Printed(said)


def _folder() -> Path:
    if find_log() is not None:
        return Path.cwd()
    if not _borrowed:
        folder = Path(tempfile.mkdtemp(prefix="bitacora-"))
        atexit.register(_give_back, folder)
        done = _run(["start", str(folder)], folder)
        if done.returncode != 0:
            said = done.stderr.strip()
            raise KitError(_("no folder could be made: {said}").format(said=said), where=folder)
        _borrowed.append(folder)
        print(_("(You are not in a folder made by 'kit start'. A temporary one is used instead.)"))
    return _borrowed[0]


def _give_back(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)


def _run(arguments: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "kit", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONUTF8": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
