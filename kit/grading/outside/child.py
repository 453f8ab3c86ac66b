"""One forked side as the grader sees it: its socket, its end, and what it uses."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import time
from collections.abc import Mapping
from pathlib import Path
from socket import socket
from typing import Any, Literal

from kit.errors import KitError
from kit.grading.outside import wire
from kit.grading.terms import Limits
from kit.i18n import gettext as _
from kit.sandbox import tree
from kit.sandbox.inside import MB
from kit.sandbox.limits import LimitHit

READY_SECONDS = 60.0


class Child:
    """A forked process and the socket over which it takes requests.

    Parameters
    ----------
    pidfd
        The process, whatever its number is: behind walls it has another one than here.
    control
        The socket.
    own_session
        Whether it leads a session of this process table, so that its group can be ended with it.
    """

    def __init__(self, pidfd: int, control: socket, *, own_session: bool) -> None:
        self.control = control
        self.pid = _find_number(pidfd)
        self._pidfd = pidfd
        self._own_session = own_session
        self._meter = tree.Meter()
        self._ended = False

    def expect_ready(self) -> None:
        """Wait until the process has put its walls up.

        Raises
        ------
        KitError
            If it could not; then it has run nothing.
        """
        reply: Any = {"error": _("it ended")}
        if self.wait(READY_SECONDS) == "ready":
            with contextlib.suppress(wire.ClosedError, wire.DeadlineError, ValueError):
                deadline = time.monotonic() + READY_SECONDS
                reply = json.loads(wire.receive(self.control, deadline=deadline))
        if "error" in reply:
            raise KitError(
                _("the walls around a submission could not be built: {reason}").format(
                    reason=reply["error"]
                ),
                fix=_("Run kit doctor to see what this machine can do"),
            )

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

    def find_hits(self, limits: Limits) -> list[LimitHit]:
        """Return the limits that the process and what it started have reached, fatal ones first."""
        if self._ended or self.pid is None:
            return []
        family = [self.pid, *tree.find_descendants(self.pid)]
        usage = self._meter.measure(family)
        hits = []
        # Pages that a fork shares are counted for both; then the exact figure decides.
        most = limits.memory_mb * MB
        if usage.memory > most and tree.measure_exactly(family) > most:
            hits.append(LimitHit("memory", limits.memory_mb, fatal=True))
        if usage.cpu_seconds > limits.cpu_seconds:
            hits.append(LimitHit("cpu", limits.cpu_seconds, fatal=True))
        # Of the processes one waits outside of the inner walls.
        if usage.tasks > limits.processes:
            hits.append(LimitHit("processes", limits.processes, fatal=False))
        return [*hits, *self._find_full_disk(limits)]

    def _find_full_disk(self, limits: Limits) -> list[LimitHit]:
        """Look at the file system of a submission behind inner walls, which is as large as it may be."""
        if self._own_session:
            return []
        try:
            state = os.statvfs(f"/proc/{self.pid}/root/tmp")
        except OSError:
            return []
        hits = []
        if state.f_bavail == 0:
            hits.append(LimitHit("disk", limits.disk_mb, fatal=False))
        if state.f_favail == 0:
            hits.append(LimitHit("files", limits.files, fatal=False))
        return hits

    def end(self) -> None:
        """Kill the process, and what it started; once is enough."""
        if self._ended:
            return
        self._ended = True
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._pidfd, 0)
            if self._own_session and self.pid is not None:
                os.killpg(self.pid, signal.SIGKILL)
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)
        self.control.close()
        os.close(self._pidfd)


def _find_number(pidfd: int) -> int | None:
    """Return the number of a process in our own table; None when it is gone."""
    text = Path(f"/proc/self/fdinfo/{pidfd}").read_text(encoding="ascii")
    for line in text.splitlines():
        if line.startswith("Pid:"):
            number = int(line.split()[1])
            return number if number > 0 else None
    return None
