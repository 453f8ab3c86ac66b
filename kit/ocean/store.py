"""Where files are on this machine: first the mirror, then the cache.

A file is used only if its size and SHA-256 are those of the catalogue. What comes from the network is left
to `kit.ocean.downloads`, and what files mean to `kit.ocean.meaning`.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import platformdirs

from kit.errors import KitError
from kit.i18n import gettext as _
from kit.ocean.catalogue import DataFile, Entry

MIRROR = "KIT_DATA_MIRROR"
CACHE = "KIT_DATA_CACHE"

Origin = Literal["mirror", "cache", "network"]


@dataclass(frozen=True)
class Found:
    """The files of a data set on this machine, by name, and where each comes from."""

    paths: Mapping[str, Path]
    origins: Mapping[str, Origin]


def mirror_folder() -> Path | None:
    """Return the folder that `KIT_DATA_MIRROR` names; None without it, or if it is an address."""
    value = os.environ.get(MIRROR, "").strip()
    return None if not value or _is_address(value) else Path(value).expanduser()


def mirror_address() -> str | None:
    """Return the web address that `KIT_DATA_MIRROR` names, such as a computer in the classroom."""
    value = os.environ.get(MIRROR, "").strip()
    return value.rstrip("/") if _is_address(value) else None


def _is_address(value: str) -> bool:
    return value.startswith(("http://", "https://"))


def cache_folder() -> Path:
    """Return the folder of downloaded files: `KIT_DATA_CACHE`, or the user's cache folder."""
    value = os.environ.get(CACHE)
    return Path(value).expanduser() if value else Path(platformdirs.user_cache_dir("kit")) / "ocean"


def check_bytes(path: Path, file: DataFile) -> None:
    """Refuse a file that is not, byte for byte, the one of the catalogue.

    Raises
    ------
    KitError
        If its size or its SHA-256 differ; the message says which, and by how much.
    """
    size = path.stat().st_size
    if size < file.bytes:
        what = _("it is cut off: {size} bytes of {wanted}").format(size=size, wanted=file.bytes)
    elif size > file.bytes:
        what = _("it is too long: {size} bytes, not {wanted}").format(size=size, wanted=file.bytes)
    else:
        found = hash_file(path)
        if found == file.sha256:
            return
        what = _("it was altered: its SHA-256 is {found}…, not {wanted}…").format(
            found=found[:12], wanted=file.sha256[:12]
        )
    raise KitError(what, where=path, fix=_("Delete this file and fetch it again: kit data fetch"))


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file, as hexadecimal digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def find_local(entry: Entry) -> tuple[Found, list[KitError]]:
    """Return the files of a data set that are on this machine with the right bytes, and what is wrong.

    A damaged file is an error of the list; it is not among the files that were found.
    """
    paths: dict[str, Path] = {}
    origins: dict[str, Origin] = {}
    errors = []
    places: list[tuple[Origin, Path | None]] = [
        ("mirror", mirror_folder()),
        ("cache", cache_folder()),
    ]
    for file in entry.files:
        for origin, folder in places:
            path = None if folder is None else folder / file.name
            if path is None or not path.is_file():
                continue
            try:
                check_bytes(path, file)
            except KitError as error:
                errors.append(error)
            else:
                paths[file.name], origins[file.name] = path, origin
            break
    return Found(paths, origins), errors


def missing_library(err: ImportError) -> KitError:
    """Return the error that says how to install what ocean data need."""
    return KitError(
        _("ocean data need the library '{name}'").format(name=err.name),
        fix=_('Install it: pip install "bitacora-kit[ocean]"'),
    )
