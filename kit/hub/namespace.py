"""A mount namespace for the hub: what its people have to read is readable there, and what they must not is not.

An interpreter below somebody's closed home can not be read by other accounts; here it is bound into a folder
that they can enter. And where the kit runs from a clone, the assignments of the clone, with their hidden
tests, are hidden. Both hold for the hub and what it starts, and end with it.
"""

from __future__ import annotations

import ctypes
import os
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from kit.errors import KitError
from kit.i18n import gettext as _
from kit.sandbox import syscalls


def closed_folders(paths: Iterable[Path]) -> list[Path]:
    """Return the topmost folders above ``paths`` that other accounts can not enter."""
    closed = {
        parent
        for path in paths
        for parent in (*path.parents, path)
        if not parent.stat().st_mode & 0o001
    }
    return sorted(
        folder for folder in closed if not any(above in closed for above in folder.parents)
    )


def needed_paths() -> list[Path]:
    """Return what every account has to read: the interpreter, its environment and the kit."""
    kit = Path(__file__).resolve().parents[2]
    found = [Path(sys.base_prefix).resolve(), Path(sys.prefix).resolve(), kit]
    return [path for path in dict.fromkeys(found) if path.parts[1] != "usr"]


def enter_namespace(
    *, readable: Iterable[Path], hidden: Iterable[Path], beside: int | None = None
) -> None:
    """Move this process to a mount namespace of its own, if there is anything to open or to hide.

    Parameters
    ----------
    beside
        A process of an earlier hub that still runs, whose namespace is taken over: what starts kernels refuses
        those who come from another one.
    readable
        What others have to read.
    hidden
        Folders that nobody is to see in there.

    Raises
    ------
    KitError
        If the machine does not permit it.
    """
    needed = [path for path in readable if path.exists()]
    closed = closed_folders(needed)
    masked = [path for path in hidden if path.is_dir()]
    if not closed and not masked:
        return
    if beside is not None and join_namespace(beside):
        return
    try:
        syscalls.unshare(syscalls.CLONE_NEWNS)
        syscalls.make_mounts_private()
        for top in closed:
            _open(top, [path for path in needed if path.is_relative_to(top)])
        for path in masked:
            _mount_empty(path, "mode=755,size=4k")
    except OSError as err:
        what = ", ".join(map(str, [*closed, *masked]))
        raise KitError(
            _("this machine does not let the hub open or hide folders ({reason})").format(
                reason=err
            ),
            where=what,
            fix=_("Install the kit where everybody can read it, such as /opt/bitacora"),
        ) from err


def join_namespace(pid: int) -> bool:
    """Move this process to the mount namespace of another; return whether that could be done."""
    libc = ctypes.CDLL(None, use_errno=True)
    try:
        descriptor = os.open(f"/proc/{pid}/ns/mnt", os.O_RDONLY)
    except OSError:
        return False
    try:
        return bool(libc.setns(descriptor, syscalls.CLONE_NEWNS) == 0)
    finally:
        os.close(descriptor)


def find_process(name: str, uids: Iterable[int]) -> int | None:
    """Return a process of this name that belongs to one of these users, or None."""
    wanted = set(uids)
    for path in Path("/proc").glob("[0-9]*"):
        try:
            if path.stat().st_uid in wanted and (path / "comm").read_text().strip() == name:
                return int(path.name)
        except OSError:
            continue
    return None


def _open(top: Path, inside: list[Path]) -> None:
    # Only outermost: what lies below one that is bound comes with it.
    outer = [path for path in inside if not any(above in inside for above in path.parents)]
    stash = Path(tempfile.mkdtemp(prefix="kit-hub-"))
    for number, path in enumerate(outer):
        (stash / str(number)).mkdir()
        syscalls.bind(str(path), str(stash / str(number)))
    _mount_empty(top, "mode=755")
    for number, path in enumerate(outer):
        path.mkdir(parents=True, exist_ok=True)
        syscalls.bind(str(stash / str(number)), str(path))
        syscalls.unmount(str(stash / str(number)))
        (stash / str(number)).rmdir()
    stash.rmdir()


def _mount_empty(path: Path, options: str) -> None:
    syscalls.mount("tmpfs", str(path), "tmpfs", syscalls.MS_NOSUID | syscalls.MS_NODEV, options)


def is_readable_by_all(path: Path) -> bool:
    """Say whether every account can enter a folder and each one above it."""
    return all(os.stat(each).st_mode & 0o001 for each in (path, *path.parents))  # noqa: PTH116
