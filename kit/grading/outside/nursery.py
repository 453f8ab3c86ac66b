"""Fork servers for the two sides of a verdict, kept for as long as we live; the learners' stand behind walls.

In namespaces one server forks for all submissions, and each of them gets inner walls of its own. Where there
are no namespaces (walls asked for by that name) each submission has a server of its own.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from socket import recv_fds, send_fds, socket, socketpair
from typing import Any, Literal

import kit
from kit.errors import KitError
from kit.grading.outside import wire
from kit.grading.outside.child import Child
from kit.grading.terms import Limits
from kit.i18n import gettext as _
from kit.running.kernel import kernel_environment
from kit.sandbox.inside import MB
from kit.sandbox.launcher import launch
from kit.sandbox.limits import Limits as WalledLimits
from kit.sandbox.tiers import Walls

Role = Literal["student", "tests"]

_PACKAGE = str(Path(kit.__file__).parent)
# By its place: behind some walls the folder that holds the package can not be listed, and nothing else of
# what lies there is to be found.
_PROGRAM = """
import importlib.util, sys
spec = importlib.util.spec_from_file_location(
    "kit", sys.argv[1] + "/__init__.py", submodule_search_locations=[sys.argv[1]]
)
sys.modules["kit"] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(sys.modules["kit"])
from kit.grading.outside.server import main
main()
"""
# The outer walls are there for all submissions of a run, one after the other and several at once. Each has
# limits of its own, inside.
_FOREVER = 10_000_000
_OUTER_PROCESSES, _OUTER_FILES = 8192, 8192
# What a server for one submission needs itself.
_START_SECONDS, _SERVER_MB, _SERVER_PROCESSES = 60, 500, 8


@dataclass(frozen=True)
class Errand:
    """What a server forks for.

    Parameters
    ----------
    role
        Which side.
    env
        The environment of the new process.
    cwd
        Its working directory; None: a new one, with the files of ``parcel``.
    parcel
        From `kit.grading.outside.parcel.pack_folder`.
    limits
        Of inner walls; None for no inner walls.
    """

    role: Role
    env: Mapping[str, str]
    cwd: Path | None = None
    parcel: int | None = None
    limits: WalledLimits | None = None


class Nursery:
    """One fork server.

    Parameters
    ----------
    preload
        The libraries that it has loaded.
    walls
        What stands around it; None for nothing.
    limits
        Those of the one submission that it is for; for all submissions when left out.
    """

    def __init__(
        self, preload: Sequence[str], walls: Walls | None = None, limits: Limits | None = None
    ) -> None:
        self._lock = threading.Lock()
        self.walls = walls
        ours, theirs = socketpair()
        settings = json.dumps({"preload": list(preload), "socket": theirs.fileno()})
        command = [sys.executable, "-I", "-c", _PROGRAM, _PACKAGE, settings]
        self.label: str = walls.tier if walls else "none"
        with theirs:
            try:
                self._end = self._start(command, theirs.fileno(), limits)
            except BaseException:
                ours.close()
                raise
        self._asking = ours

    def _start(self, command: list[str], asking: int, limits: Limits | None) -> Any:
        """Start the server; return what ends it."""
        if self.walls is not None and self.walls.tier != "none":
            walled = launch(
                command,
                walls=self.walls,
                read_only=[Path(_PACKAGE)],
                limits=_outer_limits(limits),
                env=kernel_environment({}, strict=False),
                pass_fds=[asking],
                nested=limits is None,
            )
            self.label = walled.label
            return walled.close
        process = subprocess.Popen(
            command,
            pass_fds=[asking],
            env=kernel_environment(plain_environment(), strict=False),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            cwd="/",
        )
        return lambda: _end_process(process)

    def fork(self, errand: Errand, *sockets: socket) -> Child:
        """Return a new process that serves as one side; it says itself whether it is ready.

        Raises
        ------
        KitError
            If the server does not answer.
        """
        control, other = socketpair()
        request = {
            "role": errand.role,
            "env": dict(errand.env),
            "cwd": None if errand.cwd is None else str(errand.cwd),
            "parcel": errand.parcel is not None,
            "inner": None if errand.limits is None else asdict(errand.limits),
        }
        descriptors = [other.fileno(), *(one.fileno() for one in sockets)]
        if errand.parcel is not None:
            descriptors.append(errand.parcel)
        with self._lock, other:
            try:
                wire.send(self._asking, json.dumps(request).encode())
                send_fds(self._asking, [b"x"], descriptors)
                data, found, _flags, _address = recv_fds(self._asking, 1, 1)
            except (OSError, wire.ClosedError):
                data, found = b"", []
            if not data or not found:
                control.close()
                raise KitError(
                    _("the process that runs submissions has ended, or does not start"),
                    fix=_("Run kit doctor to see whether the walls hold, then the same command"),
                )
        return Child(found[0], control, own_session=errand.limits is None)

    def close(self) -> None:
        """End the server, and everything that it forked."""
        self._asking.close()
        self._end()


def _outer_limits(limits: Limits | None) -> WalledLimits:
    """Return the limits of the outer walls: those of one submission, or more than all of them need."""
    if limits is not None:
        own = asdict(limits)
        own["wall_seconds"] = 2 * limits.wall_seconds + _START_SECONDS
        own["cpu_seconds"] += _START_SECONDS
        own["memory_mb"] += _SERVER_MB
        own["processes"] += _SERVER_PROCESSES
        return WalledLimits(**own)
    return WalledLimits(
        wall_seconds=_FOREVER,
        cpu_seconds=_FOREVER,
        memory_mb=physical_memory() // MB,
        processes=_OUTER_PROCESSES,
        files=_OUTER_FILES,
        open_files=_OUTER_FILES,
        file_mb=physical_memory() // MB,
        output_mb=1000,
    )


def _end_process(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(10)
    process.kill()
    process.wait()


def plain_environment() -> dict[str, str]:
    """Return the few variables of our own that a process without walls gets."""
    kept = ("PATH", "HOME", "LANG", "LC_ALL", "TZ")
    return {name: os.environ[name] for name in kept if name in os.environ}


def physical_memory() -> int:
    """Return the bytes of memory that this machine has."""
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


Key = tuple[Role, tuple[str, ...], Walls | None]
_nurseries: dict[Key, Nursery] = {}
_making = threading.Lock()


def fork_side(
    errand: Errand, *sockets: socket, preload: Sequence[str], walls: Walls | None = None
) -> tuple[Child, str]:
    """Return a new process from the server for its side, and the walls around it.

    The server is started when it is first asked for, and anew when something has ended it.
    """
    key: Key = (errand.role, tuple(sorted(set(preload))), walls)
    for last in (False, True):
        with _making:
            server = _nurseries.get(key)
            if server is None:
                server = _nurseries[key] = Nursery(key[1], walls)
        try:
            return server.fork(errand, *sockets), server.label
        except KitError:
            with _making:
                if _nurseries.get(key) is server:
                    del _nurseries[key]
            server.close()
            if last:
                raise
    raise AssertionError


def close_all() -> None:
    """End all fork servers of this process."""
    with _making:
        for one in _nurseries.values():
            one.close()
        _nurseries.clear()


atexit.register(close_all)
