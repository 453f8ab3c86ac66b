"""A person's own folder on the hub: made at the first log-in, brought up to date at later ones.

Runs as the person, before their server starts.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

STAMP = ".kit/hub-content"


def content_digest(learner: Path) -> str:
    """Return a hash that changes when what learners get changes."""
    total = hashlib.sha256()
    for path in sorted(learner.rglob("*")):
        if path.is_file():
            data = path.read_bytes()
            total.update(f"{path.relative_to(learner)}\0{len(data)}\0".encode() + data)
    return total.hexdigest()


def fill_own_folder() -> None:
    """Make ``~/bitacora``, or bring corrections into it, if what learners get is new here.

    What the person wrote stays; see `kit.workspace.folder`. Nothing that goes wrong here keeps anybody from
    their server: it is said in its log.
    """
    learner = Path(os.environ["KIT_HUB_LEARNER"])
    own = Path.home() / "bitacora"
    own.mkdir(mode=0o700, exist_ok=True)
    digest = (learner.parent / "digest").read_text(encoding="utf-8")
    stamp = own / STAMP
    try:
        if stamp.exists() and stamp.read_text(encoding="utf-8") == digest:
            return
        from kit.workspace.content import read_content
        from kit.workspace.folder import start_folder, update_folder

        files = read_content(learner)
        if stamp.exists():
            update_folder(own, files)
        else:
            start_folder(own, files, learner=os.environ.get("JUPYTERHUB_USER"))
        stamp.write_text(digest, encoding="utf-8")
    except Exception as error:
        print(f"the folder was not filled: {error}", flush=True)
