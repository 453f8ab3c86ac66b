"""Copying folders across the walls, without being led elsewhere by what lies in them.

Both sides of a copy are walked by descriptor, never by path, so that a folder that turns into a symbolic
link in the meantime leads nowhere. Only ordinary files and folders are copied; what else there is, and what
is too much, is left out and listed.
"""

from __future__ import annotations

import contextlib
import os
import stat

_CHUNK = 1 << 20
_DEEPEST = 64
_LISTED = 100


class Copied:
    """What a copy came to."""

    def __init__(self) -> None:
        self.files = self.size = 0
        self.left_out: list[str] = []

    def leave_out(self, path: str) -> None:
        """Note a path that was not copied, up to a number that a person reads."""
        if len(self.left_out) < _LISTED:
            self.left_out.append(path)


def copy_folder(
    source: str,
    target: str,
    *,
    max_files: int,
    max_bytes: int,
    owner: tuple[int, int] | None = None,
) -> Copied:
    """Copy what is in one folder into another one that exists.

    Parameters
    ----------
    source, target
        The folders. The last part of either path must not be a symbolic link.
    max_files
        How many files and folders are copied at most.
    max_bytes
        How much is copied at most; a file that would go beyond is left out whole.
    owner
        User and group to give the copies to.

    Returns
    -------
    Copied
        How much was copied, and what was left out.
    """
    done = Copied()
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
    source_fd = os.open(source, flags)
    try:
        target_fd = os.open(target, flags)
        try:
            _copy(source_fd, target_fd, "", done, max_files, max_bytes, owner, 0)
        finally:
            os.close(target_fd)
    finally:
        os.close(source_fd)
    return done


def _copy(
    source: int,
    target: int,
    prefix: str,
    done: Copied,
    max_files: int,
    max_bytes: int,
    owner: tuple[int, int] | None,
    depth: int,
) -> None:
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY
    with os.scandir(source) as entries:
        for entry in entries:
            path = prefix + entry.name
            if done.files >= max_files:
                done.leave_out(path)
                return
            # Opening a device or a pipe can have effects; those are not even opened.
            if not entry.is_dir(follow_symlinks=False) and not entry.is_file(follow_symlinks=False):
                done.leave_out(path)
                continue
            try:
                descriptor = os.open(entry.name, flags, dir_fd=source)
            except OSError:
                done.leave_out(path)
                continue
            try:
                status = os.fstat(descriptor)
                if stat.S_ISDIR(status.st_mode):
                    if depth >= _DEEPEST:
                        done.leave_out(path + "/")
                        continue
                    done.files += 1
                    inner = _make_folder(target, entry.name, owner)
                    try:
                        _copy(
                            descriptor,
                            inner,
                            path + "/",
                            done,
                            max_files,
                            max_bytes,
                            owner,
                            depth + 1,
                        )
                    finally:
                        os.close(inner)
                elif stat.S_ISREG(status.st_mode) and done.size + status.st_size <= max_bytes:
                    done.files += 1
                    # A file with holes says more than it has; one that grows has more than it said.
                    done.size += _copy_file(
                        descriptor, target, entry.name, status, max_bytes - done.size, owner
                    )
                else:
                    done.leave_out(path)
            except OSError:
                done.leave_out(path)
            finally:
                os.close(descriptor)


def _make_folder(target: int, name: str, owner: tuple[int, int] | None) -> int:
    with contextlib.suppress(FileExistsError):
        os.mkdir(name, 0o755, dir_fd=target)
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(name, flags, dir_fd=target)
    if owner:
        os.fchown(descriptor, *owner)
    return descriptor


def _copy_file(
    source: int,
    target: int,
    name: str,
    status: os.stat_result,
    room: int,
    owner: tuple[int, int] | None,
) -> int:
    # No set-user-id bit survives, and what can be run can still be run.
    mode = 0o755 if status.st_mode & 0o100 else 0o644
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(name, flags, mode, dir_fd=target)
    size = 0
    try:
        while chunk := os.read(source, min(_CHUNK, room - size + 1)):
            size += len(chunk)
            if size > room:
                raise OSError("the file grew while it was copied")
            _write_all(descriptor, chunk)
        if owner:
            os.fchown(descriptor, *owner)
    except OSError:
        os.unlink(name, dir_fd=target)
        raise
    finally:
        os.close(descriptor)
    return size


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def measure_folder(path: str, *, max_files: int) -> tuple[int, int]:
    """Return how many bytes on disk and how many entries a folder has; counting ends beyond `max_files`.

    For watching a folder while others write to it: what disappears in the meantime is passed over.
    """
    size = entries = 0
    pending = [path]
    while pending:
        folder = pending.pop()
        with contextlib.suppress(OSError), os.scandir(folder) as found:
            for entry in found:
                entries += 1
                if entries > max_files:
                    return size, entries
                with contextlib.suppress(OSError):
                    status = entry.stat(follow_symlinks=False)
                    size += status.st_blocks * 512
                    if stat.S_ISDIR(status.st_mode):
                        pending.append(entry.path)
    return size, entries
