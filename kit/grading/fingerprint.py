"""The fingerprint of a folder: which files it holds, and a hash of all that is in them."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

from kit.grading.timestamps import TIMESTAMP

MAX_FILES = 500
MAX_FILE_BYTES = 100_000_000
IGNORED = (".ipynb_checkpoints", "*.pyc", "__pycache__", "feedback")


def digest_folder(folder: Path, *, ignore: tuple[str, ...] = IGNORED) -> str:
    """Return a hash of the regular files below a folder, time stamp left out."""
    total = hashlib.sha256()
    for name, path in walk_files(folder, ignore):
        if name == TIMESTAMP:
            continue
        total.update(f"\0{name}\0".encode("utf-8", "surrogateescape"))
        try:
            status = path.lstat()
            if not stat.S_ISREG(status.st_mode) or status.st_size > MAX_FILE_BYTES:
                total.update(f"{status.st_mode} {status.st_size} {status.st_mtime_ns}".encode())
            else:
                with path.open("rb") as stream:
                    total.update(hashlib.file_digest(stream, "sha256").digest())
        except OSError as err:
            total.update(str(err.errno).encode())
    return total.hexdigest()


def walk_files(folder: Path, ignore: tuple[str, ...]) -> Iterator[tuple[str, Path]]:
    """Yield every file below a folder in a fixed order, links included but never followed."""
    count = 0
    for root, folders, names in os.walk(folder, followlinks=False):
        links = [name for name in folders if (Path(root) / name).is_symlink()]
        folders[:] = sorted(
            name
            for name in folders
            if name not in links and not any(fnmatch(name, pattern) for pattern in ignore)
        )
        for name in sorted(names + links):
            if any(fnmatch(name, pattern) for pattern in ignore):
                continue
            path = Path(root) / name
            yield path.relative_to(folder).as_posix(), path
            count += 1
            if count > 10 * MAX_FILES:
                return
