"""A command behind walls as it is seen from outside: a handle on it while it runs, and how it ended."""

from __future__ import annotations

import contextlib
import json
import select
import socket
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from kit.errors import KitError
from kit.i18n import gettext as _
from kit.sandbox.limits import LimitHit
from kit.sandbox.tiers import Walls

_LARGEST_MESSAGE = 1 << 20


class WallsError(KitError):
    """Walls that could not be built; `reason` is what the kernel or a program said."""

    def __init__(self, tier: str, reason: str) -> None:
        self.reason = reason
        super().__init__(
            _("the walls of tier {tier} could not be built: {reason}").format(
                tier=tier, reason=reason
            ),
            fix=_("Run kit doctor to see what this machine can do"),
        )


@dataclass(frozen=True)
class Outcome:
    """How a command ended.

    Parameters
    ----------
    returncode
        As a shell says it: 128 + n for signal n. None when everything was killed.
    hits
        The limits that were reached, the one that ended it first.
    killed
        Whether it was ended on request.
    seconds, cpu_seconds
        By the clock, and processor time of the whole tree.
    peak_memory_mb
        The most memory that the tree held; a lower bound where no control group measures it.
    label
        The walls that stood, for the evidence of a mark: ``bubblewrap+cgroup``, ``namespaces``, …
    left_out
        What was not copied in or out, because it is not an ordinary file or was too much.
    """

    returncode: int | None
    hits: tuple[LimitHit, ...] = ()
    killed: bool = False
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    peak_memory_mb: float = 0.0
    label: str = ""
    left_out: tuple[str, ...] = ()

    @property
    def hit(self) -> LimitHit | None:
        """The limit that ended the command, if one did."""
        return next((hit for hit in self.hits if hit.fatal), None)


@dataclass
class Walled:
    """A running command behind walls; a context manager that ends it.

    Parameters
    ----------
    walls
        What was asked for; `label` says what stands.
    stdin, stdout, stderr
        The other ends of pipes, where they were asked for.
    """

    walls: Walls
    _warden: subprocess.Popen[bytes]
    _control: socket.socket
    stdin: BinaryIO | None = None
    stdout: BinaryIO | None = None
    stderr: BinaryIO | None = None
    label: str = ""
    _left_out: list[str] = field(default_factory=list)
    _outcome: Outcome | None = None
    _failed: str | None = None
    _started: bool = False

    @property
    def pid(self) -> int:
        """The warden's process id; everything behind the walls descends from it."""
        return self._warden.pid

    def fileno(self) -> int:
        """Return a descriptor that is readable when there is news, for an event loop."""
        return self._control.fileno()

    def poll(self) -> Outcome | None:
        """Return the outcome, or None while the command runs."""
        return self._take_news(0)

    def wait(self, timeout: float | None = None) -> Outcome:
        """Wait for the end.

        Raises
        ------
        TimeoutError
            If it does not come in time. The command goes on.
        KitError
            If the walls could not be built.
        """
        outcome = self._take_news(timeout)
        if outcome is None:
            raise TimeoutError(f"the command has not ended after {timeout} s")
        return outcome

    def send_signal(self, number: int) -> None:
        """Send a signal to the command itself."""
        with contextlib.suppress(OSError):
            self._control.send(json.dumps({"do": "signal", "number": int(number)}).encode())

    def kill(self) -> Outcome:
        """End the command and everything that it started, and wait for that."""
        with contextlib.suppress(OSError):
            self._control.send(json.dumps({"do": "kill"}).encode())
        return self.wait()

    def _wait_for_start(self) -> None:
        while not self._started and self._outcome is None:
            self._take_news(None, until_started=True)

    def _take_news(self, timeout: float | None, *, until_started: bool = False) -> Outcome | None:
        deadline = None if timeout is None else time.monotonic() + timeout
        while self._outcome is None and self._failed is None:
            left = None if deadline is None else max(0.0, deadline - time.monotonic())
            if not select.select([self._control], [], [], left)[0]:
                return None
            self._read()
            if until_started and self._started:
                return None
        if self._failed is not None:
            raise WallsError(self.walls.tier, self._failed)
        return self._outcome

    def _read(self) -> None:
        try:
            message = self._control.recv(_LARGEST_MESSAGE)
        except OSError:
            message = b""
        if not message:
            self._failed = _("the process that watches them has ended")
            self._warden.wait()
            return
        news = json.loads(message)
        if news["event"] == "copied":
            self._left_out += news["left_out"]
        elif news["event"] == "started":
            self._started, self.label = True, news["label"]
        else:
            self._finish(news)

    def _finish(self, news: Mapping[str, Any]) -> None:
        self.label = news["label"]
        if news["copied"]:
            self._left_out += news["copied"]["left_out"]
        if not news["survivors"]:
            hits = [LimitHit(name, limit, fatal) for name, limit, fatal in news["hits"]]
            self._outcome = Outcome(
                returncode=news["returncode"],
                hits=tuple(sorted(hits, key=lambda hit: not hit.fatal)),
                killed=news["killed"],
                seconds=news["seconds"],
                cpu_seconds=news["cpu_seconds"],
                peak_memory_mb=round(news["peak_memory"] / 1e6, 1),
                label=news["label"],
                left_out=tuple(self._left_out),
            )
            self._failed = news["failed"]
        else:
            self._failed = _("processes behind them could not be ended")
        self._warden.wait()

    def __enter__(self) -> Walled:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the command, if it runs, and give everything back."""
        if self._outcome is None and self._failed is None:
            with contextlib.suppress(KitError):
                self.kill()
        # Were the warden still there, it would end now.
        self._control.close()
        for pipe in (self.stdin, self.stdout, self.stderr):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        self._warden.wait()
