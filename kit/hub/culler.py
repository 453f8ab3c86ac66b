"""The culler: JupyterHub's own, told after how long without work the server of a person ends."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from kit.hub.accounts import become_account
from kit.hub.place import Place
from kit.hub.services import FOLDER_VARIABLE
from kit.hub.settings import read_settings


def main() -> None:
    """Become the culler, as the hub's own account; does not return."""
    settings = read_settings(Place(Path(os.environ[FOLDER_VARIABLE])).settings)
    become_account(settings.account)
    seconds = int(settings.server_minutes * 60)
    options = [f"--timeout={seconds}", f"--cull-every={max(1, min(60, seconds // 2))}"]
    os.execv(sys.executable, [sys.executable, "-m", "jupyterhub_idle_culler", *options])


if __name__ == "__main__":
    main()
