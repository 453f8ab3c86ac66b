"""The inner walls: namespaces of its own for one submission, inside a server that is behind walls already.

A server that has the libraries loaded forks for each submission; the child calls `enter_inner` before it
touches anything of the submission. What the child then does can reach neither the server nor another
child, and the end of its first process is the end of all of it.
"""

from __future__ import annotations

import os
import re
import resource
import stat
from typing import NoReturn

from kit.sandbox import filters, landlock, syscalls
from kit.sandbox.command import ADDRESS_SPACE
from kit.sandbox.inside import HOME, MB, WORK
from kit.sandbox.limits import Limits
from kit.sandbox.transfer import copy_folder

_NAMESPACES = (
    syscalls.CLONE_NEWUSER
    | syscalls.CLONE_NEWNS
    | syscalls.CLONE_NEWPID
    | syscalls.CLONE_NEWIPC
    | syscalls.CLONE_NEWUTS
)
_SOCKETS = "/run/sockets"


def enter_inner(
    limits: Limits | None = None,
    *,
    workdir: str | None = None,
    sockets: str | None = None,
    unmeasured: bool = True,
) -> None:
    """Leave the calling process behind and go on in namespaces of one's own; returns in a new process.

    The calling process, which must have one thread, waits for the new one and ends as it does. The new one
    is number 1 in a process table of its own. It has an empty home, temporary folder and shared memory of
    limited size, a copy of `workdir` as its working directory, no capability, and can make no further
    namespace. Descriptors stay open: closing them is left to the caller.

    Parameters
    ----------
    limits
        Processes, open files, sizes and processor time. The clock, and the memory of the tree, are watched
        from outside.
    workdir
        A folder, visible to the caller, whose contents are copied into the working directory.
    sockets
        The one folder for sockets that stays visible, as ``/run/sockets``.
    unmeasured
        As for `kit.sandbox.filters.build_filter`.

    Raises
    ------
    OSError
        In the new process or in the calling one, if the kernel refuses a step. Then nothing of a submission
        may be run.
    """
    limits = limits or Limits()
    outside = os.getuid(), os.getgid()
    # Landlock keeps abstract sockets apart faster than a network of one's own does.
    scoped = landlock.find_version() >= landlock.SCOPES_SINCE
    syscalls.unshare(_NAMESPACES if scoped else _NAMESPACES | syscalls.CLONE_NEWNET)
    syscalls.map_user(*outside, *outside)
    syscalls.die_with_parent()
    child = os.fork()
    if child:
        _wait_and_follow(child)
    syscalls.die_with_parent()
    os.setsid()
    syscalls.make_mounts_private()
    flags = syscalls.MS_NOSUID | syscalls.MS_NODEV
    syscalls.mount("proc", "/proc", "proc", flags | syscalls.MS_NOEXEC)
    _mount_places(limits, workdir, sockets, flags)
    _set_limits(limits, unmeasured=unmeasured)
    syscalls.drop_capabilities()
    syscalls.forbid_new_privileges()
    if scoped:
        landlock.restrict_self(_make_rules())
    syscalls.install_filter(filters.build_filter(unmeasured=unmeasured))


def _wait_and_follow(child: int) -> NoReturn:
    """Wait for the new process and end as it did."""
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    os._exit(code if code >= 0 else 128 - code)


def _mount_places(limits: Limits, workdir: str | None, sockets: str | None, flags: int) -> None:
    """Put one file system of limited size in the place of everything that can be written."""
    kept = os.open(sockets, os.O_PATH | os.O_DIRECTORY) if sockets else None
    shown = [(path, os.open(path, os.O_PATH)) for path in _find_mounts_below("/tmp")]
    size = f"size={int(limits.disk_mb * MB)},nr_inodes={limits.files + 8},mode=700"
    source = os.open(workdir, os.O_PATH | os.O_DIRECTORY) if workdir else None
    syscalls.mount("tmpfs", "/tmp", "tmpfs", flags, size)
    for place in ("shm", "home", "tmp"):
        os.mkdir(f"/tmp/{place}", 0o700)
    work = "/tmp/home" + WORK.removeprefix(HOME)
    os.mkdir(work, 0o700)
    if source is not None:
        copy_folder(
            f"/proc/self/fd/{source}/.",
            work,
            max_files=limits.files,
            max_bytes=int(limits.disk_mb * MB),
        )
        os.close(source)
    syscalls.bind("/tmp/home", HOME)
    syscalls.bind("/tmp/shm", "/dev/shm")
    if os.path.isdir(_SOCKETS):
        if kept is None:
            syscalls.mount("tmpfs", _SOCKETS, "tmpfs", flags, "size=4k,nr_inodes=2,mode=500")
        else:
            syscalls.bind(f"/proc/self/fd/{kept}", _SOCKETS)
    if kept is not None:
        os.close(kept)
    syscalls.bind("/tmp/tmp", "/tmp")
    for path, descriptor in shown:
        _show_again(path, descriptor)
    os.chdir(WORK)


def _find_mounts_below(folder: str) -> list[str]:
    """Return what the outer walls show below a folder: an environment, where it lies in a temporary one."""
    with open("/proc/self/mountinfo", encoding="utf-8", errors="surrogateescape") as file:
        # Blanks and the like stand as octal numbers there.
        places = [
            re.sub(r"\\([0-7]{3})", lambda code: chr(int(code[1], 8)), line.split()[4])
            for line in file
        ]
    return sorted({place for place in places if place.startswith(f"{folder}/")})


def _show_again(path: str, descriptor: int) -> None:
    """Put what an open descriptor stands for where it was before the folder above it was covered."""
    if stat.S_ISDIR(os.fstat(descriptor).st_mode):
        os.makedirs(path, exist_ok=True)
    else:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        os.close(os.open(path, os.O_CREAT, 0o600))
    syscalls.bind(f"/proc/self/fd/{descriptor}", path)
    os.close(descriptor)


def _set_limits(limits: Limits, *, unmeasured: bool) -> None:
    wanted = [
        # Counted in the new user namespace, so for this submission alone.
        (resource.RLIMIT_NPROC, limits.processes + 1),
        (resource.RLIMIT_FSIZE, int(limits.file_mb * MB)),
        (resource.RLIMIT_CPU, int(limits.cpu_seconds) + 2),
        (resource.RLIMIT_NOFILE, limits.open_files),
        (resource.RLIMIT_CORE, 0),
    ]
    if unmeasured:
        # What is looked at ten times a second would not see somebody who takes all at once.
        wanted.append((resource.RLIMIT_AS, int(limits.memory_mb * MB) + ADDRESS_SPACE))
    for name, value in wanted:
        hard = resource.getrlimit(name)[1]
        lowered = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(name, (lowered, lowered))


def _make_rules() -> list[tuple[str, int]]:
    """Allow what the mounts show; Landlock is here for sockets and signals."""
    rules = [("/", landlock.READ)]
    rules += [(path, landlock.WRITE) for path in (HOME, "/tmp", "/dev/shm")]
    rules.append(("/proc", landlock.READ | landlock.WRITE_FILE))
    rules.append((_SOCKETS, landlock.SOCKETS))
    rules.append(("/dev/pts", landlock.USE_DEVICE | landlock.IOCTL_DEV))
    with os.scandir("/dev") as entries:
        for entry in entries:
            if stat.S_ISCHR(entry.stat(follow_symlinks=False).st_mode):
                rules.append((entry.path, landlock.USE_DEVICE))
    return rules
