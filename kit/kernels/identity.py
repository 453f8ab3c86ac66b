"""Whoever asked for a kernel, and how a forked child becomes them: limits, groups, user.

What is taken over comes from the system, by the process id of the peer, and not from what the peer says.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
import socket
import struct
from typing import Any

_SO_PEERGROUPS = 59
_PR_SET_DUMPABLE = 4


def take_signals() -> None:
    """Restore what the server changed of the handling of signals."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])


def take_limits(pid: int, *, privileged: bool) -> None:
    """Take over the limits, processors, priority and file mode mask of process `pid`."""
    # Few may raise a limit, and no server in a container; a lower one always holds.
    for kind, (soft, hard) in read_limits(pid).items():
        now = resource.getrlimit(kind)
        if (soft, hard) == now:
            continue
        for wanted in ((soft, hard), (_smaller(soft, now[1]), _smaller(hard, now[1]))):
            try:
                resource.setrlimit(kind, wanted)
                break
            except (OSError, ValueError):
                continue
    with contextlib.suppress(OSError):
        os.sched_setaffinity(0, os.sched_getaffinity(pid))
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, os.getpriority(os.PRIO_PROCESS, pid))
    _take_umask(pid)
    if privileged:
        _take_cgroup(pid)
        with contextlib.suppress(OSError):
            _copy_text(f"/proc/{pid}/oom_score_adj", "/proc/self/oom_score_adj")


# The names in /proc/PID/limits. Asking for another user's limits by prlimit needs a right that containers lack.
_LIMITS = {
    "Max cpu time": "CPU",
    "Max file size": "FSIZE",
    "Max data size": "DATA",
    "Max stack size": "STACK",
    "Max core file size": "CORE",
    "Max resident set": "RSS",
    "Max processes": "NPROC",
    "Max open files": "NOFILE",
    "Max locked memory": "MEMLOCK",
    "Max address space": "AS",
    "Max pending signals": "SIGPENDING",
    "Max msgqueue size": "MSGQUEUE",
    "Max nice priority": "NICE",
    "Max realtime priority": "RTPRIO",
    "Max realtime timeout": "RTTIME",
}


def read_limits(pid: int) -> dict[int, tuple[int, int]]:
    """Return the limits of a process, soft and hard, by the numbers that `resource` has for them."""
    found = {}
    try:
        with open(f"/proc/{pid}/limits", encoding="ascii") as file:  # noqa: PTH123
            for line in file:
                kind = getattr(resource, f"RLIMIT_{_LIMITS.get(line[:26].strip())}", None)
                if kind is not None:
                    soft, hard = (
                        resource.RLIM_INFINITY if word == "unlimited" else int(word)
                        for word in line[26:].split()[:2]
                    )
                    found[kind] = (soft, hard)
    except OSError:
        pass
    return found


def _take_umask(pid: int) -> None:
    try:
        with open(f"/proc/{pid}/status", encoding="utf-8") as file:  # noqa: PTH123
            masks = [line.split()[1] for line in file if line.startswith("Umask:")]
    except OSError:
        masks = []
    os.umask(int(masks[0], 8) if masks else 0o022)


def _smaller(a: int, b: int) -> int:
    if a == resource.RLIM_INFINITY:
        return b
    return a if b == resource.RLIM_INFINITY else min(a, b)


def _take_cgroup(pid: int) -> None:
    """Count what the kernel uses against whoever asked, by control groups of either version."""
    try:
        with open(f"/proc/{pid}/cgroup", encoding="utf-8") as file:  # noqa: PTH123
            lines = file.read().splitlines()
    except OSError:
        return
    for line in lines:
        _, controllers, group = line.split(":", 2)
        # Version 2 has no name; the hierarchies of version 1 have that of what they limit.
        for folder in (controllers,) if controllers else ("", "unified"):
            with contextlib.suppress(OSError):
                _join(f"/sys/fs/cgroup/{folder}{group}/cgroup.procs")


def _join(path: str) -> None:
    # Nothing is made where there is no such group.
    descriptor = os.open(path, os.O_WRONLY)
    try:
        os.write(descriptor, str(os.getpid()).encode())
    finally:
        os.close(descriptor)


def _copy_text(source: str, target: str) -> None:
    with open(source, encoding="utf-8") as file:  # noqa: PTH123
        text = file.read()
    with open(target, "w", encoding="utf-8") as file:  # noqa: PTH123
        file.write(text)


def become_user(connection: socket.socket, peer: Any) -> None:
    """Give up the server's user for that of the peer, for good."""
    os.setgroups(_groups(connection, peer))
    os.setresgid(peer.gid, peer.gid, peer.gid)
    os.setresuid(peer.uid, peer.uid, peer.uid)
    if os.getresuid() != (peer.uid,) * 3 or os.getresgid() != (peer.gid,) * 3:
        raise PermissionError("the kernel could not become the user who asked for it")
    # A process that changed its user may not look into its own /proc until it says that it may.
    ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 1, 0, 0, 0)


def _groups(connection: socket.socket, peer: Any) -> list[int]:
    """Return the groups that the peer had when it connected, which can be fewer than its user's."""
    if peer.uid == 0:
        return os.getgroups()
    # Python reads 1024 bytes at most. Whoever has more than 256 groups gets no kernel from here, rather than
    # one with fewer groups.
    raw = connection.getsockopt(socket.SOL_SOCKET, _SO_PEERGROUPS, 1024)
    return list(struct.unpack(f"{len(raw) // 4}I", raw))
