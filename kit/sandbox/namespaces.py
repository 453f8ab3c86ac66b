"""The second tier: namespaces and a root of one's own, made by system calls, without any program.

What bubblewrap does for the first tier is done here step by step; Landlock stands behind it. Runs in a
forked child that goes on as the command.
"""

from __future__ import annotations

import contextlib
import os

from kit.sandbox import landlock, syscalls
from kit.sandbox.inside import DEVICES, HOME, MACHINE_FILES, UID, WORK, Layout

# As type checkers want it: importing typing would cost each start of a warden.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import NoReturn

ALL_NAMESPACES = (
    syscalls.CLONE_NEWUSER
    | syscalls.CLONE_NEWNS
    | syscalls.CLONE_NEWPID
    | syscalls.CLONE_NEWNET
    | syscalls.CLONE_NEWIPC
    | syscalls.CLONE_NEWUTS
    | syscalls.CLONE_NEWCGROUP
)


def enter(
    layout: Layout,
    *,
    root: str,
    sources: Mapping[str, str],
    scratch: str,
    sockets: tuple[str, str] | None,
    files: Mapping[str, str],
    report: Callable[[dict[str, object]], None],
    nested: bool = False,
) -> None:
    """Go into new namespaces with a root of their own; returns in a new process, number 2 of its kind.

    The calling process waits outside, and the first process inside does nothing but wait; both end with
    the status of the one that returns.

    Parameters
    ----------
    layout, sources, scratch, sockets, files
        As for `kit.sandbox.bubblewrap.make_arguments`.
    root
        An empty folder on which the new root is mounted.
    report
        Called by the first process inside: whether ``/proc`` is its own, and at the end the status.
    nested
        Leave Landlock out: whoever is under it can't mount anything any more.

    Raises
    ------
    OSError
        If the kernel refuses.
    """
    outside = os.getuid(), os.getgid()
    syscalls.unshare(ALL_NAMESPACES)
    syscalls.map_user(UID, UID, *outside)
    syscalls.die_with_parent()
    first = os.fork()
    if first:
        _wait_and_follow(first)
    syscalls.die_with_parent()
    syscalls.make_mounts_private()
    own_proc = _build_root(root, layout, sources, scratch, sockets, files)
    syscalls.change_root(root)
    syscalls.set_mount_attributes("/", syscalls.MOUNT_ATTR_RDONLY, recursive=False)
    syscalls.call(_SETHOSTNAME[os.uname().machine], b"walls", 5, what="sethostname")
    os.chdir(WORK)
    syscalls.drop_capabilities()
    if not nested:
        landlock.restrict_self(_make_rules(sockets, own_proc))
    second = os.fork()
    if second:
        report({"own_proc": own_proc})
        syscalls.set_dumpable(False)
        _be_first(second, report)
    os.setsid()


_SETHOSTNAME = {"x86_64": 170, "aarch64": 161}


def _wait_and_follow(pid: int) -> NoReturn:
    """Wait for a process and end as it did."""
    os.closerange(3, (1 << 31) - 1)
    _, status = os.waitpid(pid, 0)
    os._exit(exit_code(status))


def exit_code(status: int) -> int:
    """Return a wait status as a shell says it: 128 and the signal's number for a process that was killed.

    Examples
    --------
    >>> exit_code(3 << 8), exit_code(9)
    (3, 137)
    """
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code


def _be_first(command: int, report: Callable[[dict[str, object]], None]) -> NoReturn:
    """Reap what loses its parent, until the command ends; then everything else ends, too."""
    while True:
        pid, status = os.wait()
        if pid == command:
            report({"returncode": exit_code(status)})
            os._exit(exit_code(status))


def _build_root(
    root: str,
    layout: Layout,
    sources: Mapping[str, str],
    scratch: str,
    sockets: tuple[str, str] | None,
    files: Mapping[str, str],
) -> bool:
    """Mount everything below `root`; return whether there is a process table of one's own."""
    syscalls.mount("tmpfs", root, "tmpfs", syscalls.MS_NOSUID, "size=1m,nr_inodes=4k,mode=755")
    own_proc = _mount_proc(root)
    _make_devices(root)
    writable = {
        "/dev/shm": f"{scratch}/shm",
        WORK: f"{scratch}/work",
        HOME: f"{scratch}/home",
        "/tmp": f"{scratch}/tmp",
    }
    if sockets is not None:
        writable[sockets[1]] = sockets[0]
    read_only = {path: sources.get(path, path) for path in layout.shown} | dict(files)
    if not own_proc:
        read_only |= {path: path for path in MACHINE_FILES}
    for path in sorted({*writable, *read_only}, key=lambda path: path.count("/")):
        source = writable.get(path) or read_only[path]
        target = _make_place(root + path, is_folder=os.path.isdir(source))
        syscalls.bind(source, target)
        attributes = syscalls.MOUNT_ATTR_NOSUID | syscalls.MOUNT_ATTR_NODEV
        if path in read_only:
            attributes |= syscalls.MOUNT_ATTR_RDONLY
        syscalls.set_mount_attributes(target, attributes)
    for path, says in layout.links:
        with contextlib.suppress(FileExistsError):
            _make_place(root + os.path.dirname(path), is_folder=True)
            os.symlink(says, root + path)
    syscalls.set_mount_attributes(f"{root}/dev", syscalls.MOUNT_ATTR_RDONLY, recursive=False)
    return own_proc


def _mount_proc(root: str) -> bool:
    """Mount a process table; a container that hides parts of its own one does not permit that."""
    place = _make_place(f"{root}/proc", is_folder=True)
    flags = syscalls.MS_NOSUID | syscalls.MS_NODEV | syscalls.MS_NOEXEC
    try:
        syscalls.mount("proc", place, "proc", flags)
    except PermissionError:
        return False
    return True


def _make_devices(root: str) -> None:
    folder = _make_place(f"{root}/dev", is_folder=True)
    syscalls.mount("tmpfs", folder, "tmpfs", syscalls.MS_NOSUID, "size=64k,nr_inodes=64,mode=755")
    _make_place(f"{root}/dev/shm", is_folder=True)
    # Each mount has terminals of its own, none of the machine's.
    pts = _make_place(f"{root}/dev/pts", is_folder=True)
    flags = syscalls.MS_NOSUID | syscalls.MS_NOEXEC
    syscalls.mount("devpts", pts, "devpts", flags, "newinstance,ptmxmode=0666,mode=620")
    for device in DEVICES:
        if os.path.exists(device):
            syscalls.bind(device, _make_place(root + device, is_folder=False))
    for name, says in (
        ("ptmx", "pts/ptmx"),
        ("fd", "/proc/self/fd"),
        ("stdin", "/proc/self/fd/0"),
        ("stdout", "/proc/self/fd/1"),
        ("stderr", "/proc/self/fd/2"),
    ):
        os.symlink(says, f"{root}/dev/{name}")


def _make_place(path: str, *, is_folder: bool) -> str:
    """Make an empty folder or file to mount something on."""
    if is_folder:
        os.makedirs(path, exist_ok=True)
    elif not os.path.exists(path):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC, 0o644))
    return path


def _make_rules(sockets: tuple[str, str] | None, own_proc: bool) -> Sequence[tuple[str, int]]:
    """Say once more, to Landlock, what the mounts say already, and keep files out of the socket folder."""
    # Nothing is below this root but what is shown.
    rules = [("/", landlock.READ)]
    rules += [(path, landlock.USE_DEVICE) for path in DEVICES]
    rules.append(("/dev/pts", landlock.USE_DEVICE | landlock.IOCTL_DEV))
    rules += [(path, landlock.WRITE) for path in (WORK, HOME, "/tmp", "/dev/shm")]
    if own_proc:
        # A program may write to its own entries, such as the name of a thread.
        rules.append(("/proc", landlock.READ | landlock.WRITE_FILE))
    if sockets is not None:
        rules.append((sockets[1], landlock.SOCKETS))
    return rules
