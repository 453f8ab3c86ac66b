"""Whoever connects to the fork server, as the operating system knows them, and the walls they sit behind."""

from __future__ import annotations

import os
import socket
import struct

_SO_PEERPIDFD = 77


class Peer:
    """The process at the other end of a connection: its number, user, group and descriptor."""

    def __init__(self, connection: socket.socket) -> None:
        size = struct.calcsize("3i")
        credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size)
        self.pid, self.uid, self.gid = struct.unpack("3i", credentials)
        self.pidfd = self._open(connection)

    def _open(self, connection: socket.socket) -> int:
        # Known from the moment of connecting where the kernel can tell (Linux 6.5), else by number.
        try:
            raw = connection.getsockopt(socket.SOL_SOCKET, _SO_PEERPIDFD, 4)
            pidfd: int = struct.unpack("i", raw)[0]
            os.set_inheritable(pidfd, False)
        except OSError:
            pidfd = os.pidfd_open(self.pid)
        return pidfd

    def close(self) -> None:
        """Let go of the process descriptor."""
        os.close(self.pidfd)


def find_confinement(pid: int) -> str | None:
    """Name what walls process `pid` in differently from this one, or return None.

    A kernel runs inside this process's walls. Whoever sits behind others (a container, a sandbox that can
    see the socket) would get out of theirs by asking for one.
    """
    for name in ("mnt", "net", "user", "ipc", "uts"):
        if _read_link(f"/proc/{pid}/ns/{name}") != _read_link(f"/proc/self/ns/{name}"):
            return f"{name} namespace"
    # A thread's own pid namespace is the one it was born in; that for its children can be another one.
    for name in ("pid", "pid_for_children"):
        if _read_link(f"/proc/{pid}/ns/{name}") != _read_link("/proc/self/ns/pid"):
            return "pid namespace"
    if _read_link(f"/proc/{pid}/root") != _read_link("/proc/self/root"):
        return "root directory"
    theirs, ours = _read_walls(pid), _read_walls(os.getpid())
    for name in ("NoNewPrivs", "Seccomp", "Seccomp_filters"):
        if theirs.get(name) != ours.get(name):
            return name
    return None


def _read_link(path: str) -> str | None:
    try:
        return os.readlink(path)  # noqa: PTH115
    except OSError:
        return None


def _read_walls(pid: int) -> dict[str, str]:
    try:
        with open(f"/proc/{pid}/status", encoding="utf-8") as file:  # noqa: PTH123 - pathlib is not loaded here
            return dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)
    except OSError:
        return {}
