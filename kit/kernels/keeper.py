"""The children of a fork server: forked, watched, reaped, and ended when whoever asked for them is gone."""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import socket
import time
from typing import Any


class Kernel:
    """A child that is alive, and whoever asked for it."""

    def __init__(self, pid: int, peer: Any, connection: socket.socket, judge: int) -> None:
        self.pid = pid
        self.pidfd = os.pidfd_open(pid)
        self.peer = peer
        self.connection = connection
        self.since = time.time()
        self._judge = judge

    def approve(self) -> None:
        """Let the child go on: it waits for this before it says that it is ready."""
        with contextlib.suppress(OSError):
            os.write(self._judge, b"1")
        self._decide()

    def refuse(self) -> None:
        """End the child, which has run nothing of its user's yet."""
        self.end()
        self._decide()

    def _decide(self) -> None:
        os.close(self._judge)
        self._judge = -1

    def end(self) -> None:
        """Kill the kernel and what it started. It is not reaped yet, so its number is still its own."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        # Before the child has made its session, the group of that number does not exist.
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.pidfd, signal.SIGKILL)

    def close(self) -> None:
        """Let go of the descriptors."""
        self.connection.close()
        self.peer.close()
        os.close(self.pidfd)
        if self._judge >= 0:
            self._decide()


class Forked(BaseException):
    """Raised in the child, to leave the server's stack before it becomes a kernel.

    Parameters
    ----------
    connection, peer
        Where the request comes from, and from whom.
    verdict
        A pipe: a byte says that the child may go on, its end that it may not.
    """

    def __init__(self, connection: socket.socket, peer: Any, verdict: int) -> None:
        self.connection = connection
        self.peer = peer
        self.verdict = verdict


class Keeper:
    """All children that are alive."""

    def __init__(self, selector: selectors.BaseSelector) -> None:
        self.kernels: dict[int, Kernel] = {}
        self.forks = 0
        self.last_end = time.monotonic()
        self._selector = selector

    def fork(self, connection: socket.socket, peer: Any) -> Kernel:
        """Make a child for whoever asked and return it, undecided; raise `Forked` in the child."""
        verdict, judge = os.pipe()
        try:
            pid = os.fork()
        except OSError:
            os.close(verdict)
            os.close(judge)
            raise
        if pid == 0:
            os.close(judge)
            for other in self.kernels.values():
                other.close()
            self.kernels.clear()
            raise Forked(connection, peer, verdict)
        os.close(verdict)
        self.forks += 1
        kernel = self.kernels[pid] = Kernel(pid, peer, connection, judge)
        watched, ends = selectors.EVENT_READ, self._selector
        ends.register(kernel.pidfd, watched, lambda _: self._reap(kernel))
        ends.register(peer.pidfd, watched, lambda _: self._end_orphan(kernel))
        return kernel

    def _end_orphan(self, kernel: Kernel) -> None:
        self._selector.unregister(kernel.peer.pidfd)
        kernel.end()

    def _reap(self, kernel: Kernel) -> None:
        self._selector.unregister(kernel.pidfd)
        with contextlib.suppress(KeyError):
            self._selector.unregister(kernel.peer.pidfd)
        _, status = os.waitpid(kernel.pid, 0)
        del self.kernels[kernel.pid]
        send(kernel.connection, {"ended": os.waitstatus_to_exitcode(status)})
        kernel.close()
        self.last_end = time.monotonic()


def send(connection: socket.socket, message: dict[str, Any]) -> None:
    """Send a short answer; whoever asked may be gone, or not be reading, and neither may hold us up."""
    with contextlib.suppress(OSError):
        connection.setblocking(False)
        connection.sendall(json.dumps(message).encode() + b"\n")
