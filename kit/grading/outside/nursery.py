"""Fork servers for the two sides of a verdict, one of each for a preload list, kept for as long as we live."""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from kit.errors import KitError
from kit.grading.outside import wire
from kit.i18n import gettext as _
from kit.running.kernel import kernel_environment

Role = Literal["student", "tests"]


class Child:
    """A forked process and the socket over which it takes requests."""

    def __init__(self, pid: int, pidfd: int, control: socket.socket) -> None:
        self.pid = pid
        self.control = control
        self._pidfd = pidfd
        self._ended = False

    def send(self, request: Mapping[str, Any]) -> None:
        """Send a request; whether the process is still there shows when it should answer."""
        with contextlib.suppress(wire.ClosedError):
            wire.send(self.control, json.dumps(request).encode())

    def wait(self, seconds: float) -> Literal["ready", "ended", "nothing"]:
        """Wait for an answer or the end, whichever comes first."""
        if self._ended:
            return "ended"
        both: list[Any] = [self.control, self._pidfd]
        ready, _writable, _odd = select.select(both, [], [], max(0.0, seconds))
        if self.control in ready:
            return "ready"
        return "ended" if ready else "nothing"

    def end(self) -> None:
        """Kill the process, and what it started in its session; once is enough."""
        if self._ended:
            return
        self._ended = True
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._pidfd, 0)
            os.killpg(self.pid, signal.SIGKILL)
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)
        self.control.close()
        with contextlib.suppress(OSError):
            os.close(self._pidfd)


class Nursery:
    """One fork server."""

    def __init__(self, preload: Sequence[str]) -> None:
        self._lock = threading.Lock()
        ours, theirs = socket.socketpair()
        settings = json.dumps({"preload": list(preload), "socket": theirs.fileno()})
        # Walls around all learners' code go here: the command, wrapped by kit.sandbox.
        command = [sys.executable, "-I", "-m", "kit.grading.outside.server", settings]
        env = kernel_environment(_plain_environment(), strict=False)
        self._process = subprocess.Popen(
            command, pass_fds=[theirs.fileno()], env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            cwd="/",
        )  # fmt: skip
        theirs.close()
        self._asking = ours

    def fork(self, role: Role, cwd: Path, env: Mapping[str, str], *sockets: socket.socket) -> Child:
        """Return a new process that serves as one side.

        Raises
        ------
        KitError
            If the server does not answer.
        """
        control, other = socket.socketpair()
        with self._lock, other:
            try:
                request = {"role": role, "cwd": str(cwd), "env": dict(env)}
                wire.send(self._asking, json.dumps(request).encode())
                descriptors = [other.fileno(), *(one.fileno() for one in sockets)]
                socket.send_fds(self._asking, [b"x"], descriptors)
                data, found, _flags, _address = socket.recv_fds(self._asking, 8, 1)
            except (OSError, wire.ClosedError):
                data = b""
            if len(data) != 8:
                control.close()
                raise KitError(_("the process that runs submissions does not start"))
        return Child(int.from_bytes(data, "big"), found[0], control)

    def close(self) -> None:
        """End the server; the processes that it forked are not its to end."""
        self._asking.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(2)
        self._process.kill()
        self._process.wait()


def _plain_environment() -> dict[str, str]:
    return {
        name: os.environ[name]
        for name in ("PATH", "HOME", "LANG", "LC_ALL", "TZ")
        if name in os.environ
    }


_nurseries: dict[tuple[Role, tuple[str, ...]], Nursery] = {}
_making = threading.Lock()


def nursery(role: Role, preload: Sequence[str]) -> Nursery:
    """Return the fork server for one side; it is started when it is first asked for."""
    key = (role, tuple(sorted(set(preload))))
    with _making:
        if key not in _nurseries:
            _nurseries[key] = Nursery(key[1])
        return _nurseries[key]


def close_all() -> None:
    """End all fork servers of this process."""
    with _making:
        for one in _nurseries.values():
            one.close()
        _nurseries.clear()


atexit.register(close_all)
