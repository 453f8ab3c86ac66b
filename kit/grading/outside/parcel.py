"""The files of a submission on their way behind the walls: packed into memory outside, unpacked inside.

No path of the machine is known or reachable where they are unpacked, so they travel as one descriptor.
Used behind the walls, too; nothing but the standard library is imported.
"""

from __future__ import annotations

import json
import os
import struct
from collections.abc import Iterator
from pathlib import Path

_LENGTH = struct.Struct("!Q")
_CHUNK = 1 << 20


def pack_folder(folder: Path) -> int:
    """Return a descriptor of a file in memory that holds all files of a folder; links are left out."""
    found = list(_list_files(str(folder), ""))
    index = json.dumps([[name, size, mode] for name, _path, size, mode in found]).encode()
    parcel = os.memfd_create("parcel", os.MFD_CLOEXEC)
    with os.fdopen(os.dup(parcel), "wb") as target:
        target.write(_LENGTH.pack(len(index)) + index)
        for _name, path, size, _mode in found:
            with Path(path).open("rb") as source:
                left = size
                while left and (piece := source.read(min(left, _CHUNK))):
                    target.write(piece)
                    left -= len(piece)
                # A file that shrank in the meantime still takes its place.
                target.write(bytes(left))
    return parcel


def _list_files(folder: str, prefix: str) -> Iterator[tuple[str, str, int, int]]:
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda entry: entry.name):
            if entry.is_dir(follow_symlinks=False):
                yield from _list_files(entry.path, f"{prefix}{entry.name}/")
            elif entry.is_file(follow_symlinks=False):
                status = entry.stat(follow_symlinks=False)
                mode = 0o755 if status.st_mode & 0o100 else 0o644
                yield prefix + entry.name, entry.path, status.st_size, mode


def unpack_parcel(parcel: int, folder: Path) -> None:
    """Write the files of a parcel into a folder, and close the descriptor."""
    # Each has a position of its own in the file, since several may unpack the same one.
    place = 0

    def read(size: int) -> bytes:
        nonlocal place
        data = os.pread(parcel, size, place)
        place += len(data)
        return data

    try:
        (length,) = _LENGTH.unpack(read(_LENGTH.size))
        for name, size, mode in json.loads(read(length)):
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            target = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
            with os.fdopen(target, "wb", buffering=0) as file:
                left = size
                while left:
                    piece = read(min(left, _CHUNK))
                    file.write(piece)
                    left -= len(piece)
    finally:
        os.close(parcel)
