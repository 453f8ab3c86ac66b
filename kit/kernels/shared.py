"""The operator's server: one for all users of a machine, so that its libraries are in memory once."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from kit.errors import KitError
from kit.i18n import gettext as _
from kit.kernels import places
from kit.kernels.client import SERVER, server_environment

# What an operator's server must not take over from the shell it is started in: it stands for everyone.
_KEPT = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ")


def shared_settings(python: str, preload: Sequence[str], folder: Path) -> dict[str, object]:
    """Return the settings of a server for all users, whose socket lies in `folder`."""
    return {
        "socket": str(folder / f"{places.environment_key(python, ())}.sock"),
        "preload": list(preload),
        "digest": places.digest({}.items(), []),
        "idle": float("1e9"),
        "shared": True,
        "daemon": False,
    }


def serve_all(python: str, preload: Sequence[str]) -> None:
    """Become the server of all users of this machine; does not return.

    Raises
    ------
    KitError
        When it is not root who asks, or the folder of the sockets is not root's alone to write.
    """
    if sys.platform != "linux" or os.getuid() != 0:
        raise KitError(_("a server for all users needs Linux and root"), fix=_("Ask the operator"))
    folder = Path(os.environ.get(places.SHARED_VARIABLE) or places.SHARED_FOLDER)
    folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    if places.shared_folder() != folder:
        raise KitError(_("others than root can write to this folder"), where=folder)
    # It has no home: nothing that is root's may be read by what it loads.
    home = tempfile.mkdtemp(prefix="kit-kernels-home-")
    env = server_environment({name: os.environ[name] for name in _KEPT if name in os.environ})
    env |= {"HOME": home, "MPLCONFIGDIR": home}
    settings = json.dumps(shared_settings(python, preload, folder))
    os.execve(python, [python, str(SERVER), settings], env)
