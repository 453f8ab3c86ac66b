"""Fingerprints: of a folder, of this environment, and of anything that a mark depends on."""

from __future__ import annotations

import hashlib
import os
import platform
import stat
import sys
import sysconfig
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from typing import Any

from kit import __version__
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


@cache
def environment_digest() -> str:
    """Return a hash of the interpreter and of the libraries that are installed, with their versions."""
    # Not sys.path: importing some libraries, setuptools among them, adds places to it.
    folders = {sysconfig.get_path(name) for name in ("purelib", "platlib")}
    found = {path.name for folder in folders for path in Path(folder).glob("*.dist-info")}
    return hash_parts(sys.version, platform.machine(), __version__, sorted(found))


def hash_parts(*parts: Any) -> str:
    """Return a hash of some values in their order."""
    total = hashlib.sha256()
    for part in parts:
        data = part if isinstance(part, bytes) else str(part).encode("utf-8", "surrogateescape")
        total.update(len(data).to_bytes(8, "big") + data)
    return total.hexdigest()
