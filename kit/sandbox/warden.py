"""The process that builds the walls, watches what is behind them, and takes them down.

One warden stands between whoever asked and one untrusted command. It is started with an empty environment,
runs on the standard library alone, and knows nothing that must be kept from the command. It ends everything
when a limit is reached, when it is told to, and when whoever asked is gone: the socket to it then says so.

Started by `kit.sandbox.launcher`, with the number of that socket as its only argument.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import sys
import time
import types

from kit.sandbox import syscalls, tree
from kit.sandbox.cgroups import Group, make_group
from kit.sandbox.command import OF_THE_WALLS, Build, start_command
from kit.sandbox.inside import MB, Layout
from kit.sandbox.relay import Relay
from kit.sandbox.stage import Stage
from kit.sandbox.transfer import copy_folder, measure_folder

# As type checkers want it: importing typing would cost each start of a warden.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_TICK = 0.05
_WITH_GROUP = 0.1
# A folder of sockets holds a connection file and a handful of sockets.
_SOCKETS_BYTES, _SOCKETS_ENTRIES = 1_000_000, 200
LARGEST_MESSAGE = 1 << 20


class Warden:
    """One command, from the building of the walls to the last process.

    Parameters
    ----------
    control
        The socket to whoever asked.
    request
        What was asked; see `kit.sandbox.launcher`.
    """

    def __init__(self, control: socket.socket, request: dict[str, Any]) -> None:
        self.control = control
        self.request = request
        # Checked by whoever asked.
        self.limits: Any = types.SimpleNamespace(**request["limits"])
        self.hits: dict[str, tuple[float, bool]] = {}
        self.group: Group | None = None
        self.stage: Stage | None = None
        self.build: Build | None = None
        self.relays: list[Relay] = []
        self.meter = tree.Meter()
        self.peak = 0
        self.cpu = 0.0
        self.killed = False
        self.returncode: int | None = None

    def run(self) -> dict[str, Any]:
        """Do everything; return what is told at the end."""
        failed = None
        copied = None
        began = time.monotonic()
        try:
            self._prepare()
            began = time.monotonic()
            self._start()
            self._watch(began + self.limits.wall_seconds)
        except OSError as err:
            failed = str(err)
        finally:
            seconds = time.monotonic() - began
            survivors = not self._end_all()
        if self.build is not None and failed is None:
            failed = self.build.find_failure(self.returncode, self._last_words())
        if self.stage is not None and failed is None and self.request["collect"]:
            copied = self._collect()
        self._note_what_was_refused()
        label = self._label()
        if self.stage is not None:
            self.stage.remove()
        return {
            "event": "ended",
            "failed": failed,
            "returncode": self.returncode,
            "hits": [[name, *rest] for name, rest in self.hits.items()],
            "killed": self.killed,
            "seconds": round(seconds, 3),
            "cpu_seconds": round(self.cpu, 3),
            "peak_memory": self.peak,
            "survivors": survivors,
            "copied": copied,
            "label": label,
        }

    def _prepare(self) -> None:
        syscalls.become_subreaper()
        limits, request = self.limits, self.request
        self.group = make_group(
            f"kit-walls-{os.getpid()}",
            memory=int(limits.memory_mb * MB),
            processes=limits.processes + OF_THE_WALLS,
        )
        tier = request["tier"]
        self.stage = Stage(
            disk=int(limits.disk_mb * MB),
            files=limits.files,
            namespace=tier in ("bubblewrap", "namespaces"),
        )
        if tier == "namespaces" and not self.stage.has_namespace:
            raise OSError("the kernel refuses new user or mount namespaces")
        if request["workdir"]:
            owner = (self.stage.uid, self.stage.gid) if self.stage.is_root else None
            copied = copy_folder(
                request["workdir"],
                f"{self.stage.scratch}/work",
                max_files=limits.files,
                max_bytes=int(limits.disk_mb * MB),
                owner=owner,
            )
            self._tell({"event": "copied", "left_out": copied.left_out})
        layout = Layout(tuple(request["shown"]), (), tuple(map(tuple, request["files"])))
        self.stage.prepare(layout, request["sockets"])

    def _start(self) -> None:
        assert self.stage is not None
        pipes = []
        for name in ("stdout", "stderr"):
            reader, writer = os.pipe()
            self.relays.append(Relay(reader, self.request[name]))
            pipes.append(writer)
        self.build = start_command(self.request, self.limits, self.stage, self.group, *pipes)
        for writer in pipes:
            os.close(writer)

    def _watch(self, deadline: float) -> None:
        """Wait for the end, and bring it about where it must come."""
        assert self.build is not None
        pidfd = os.pidfd_open(self.build.pid)
        poll = select.poll()
        poll.register(pidfd, select.POLLIN)
        poll.register(self.control, select.POLLIN)
        poll.register(self.build.status, select.POLLIN)
        tick = _WITH_GROUP if self.group and "memory" in self.group.controls else _TICK
        next_check = time.monotonic() + tick
        told = False
        try:
            while True:
                for relay in self.relays:
                    relay.register(poll)
                now = time.monotonic()
                wait = max(0.0, min(next_check, deadline) - now)
                events = dict(poll.poll(wait * 1000 + 1))
                if self.build.status in events and not self.build.read_status():
                    poll.unregister(self.build.status)
                if not told and self.build.is_running():
                    told = True
                    self._tell({"event": "started", "pid": self.build.pid, "label": self._label()})
                for relay in self.relays:
                    relay.work(events)
                if sum(relay.count for relay in self.relays) > self.limits.output_mb * MB:
                    self._hit("output", self.limits.output_mb)
                if self.control.fileno() in events and not self._obey():
                    return
                if pidfd in events:
                    _, status = os.waitpid(self.build.pid, 0)
                    self.returncode = self.build.returncode(status)
                    return
                now = time.monotonic()
                if now >= deadline:
                    self._hit("wall", self.limits.wall_seconds)
                if now >= next_check:
                    self._check()
                    next_check = time.monotonic() + tick
                if any(fatal for _, fatal in self.hits.values()):
                    return
        finally:
            os.close(pidfd)

    def _obey(self) -> bool:
        """Do what the socket says; return whether to go on."""
        assert self.build is not None
        try:
            message = self.control.recv(LARGEST_MESSAGE)
        except OSError:
            message = b""
        if not message:
            self.killed = True
            return False
        order = json.loads(message)
        if order["do"] == "signal":
            command = self.build.find_command()
            if command:
                with contextlib.suppress(OSError):
                    os.kill(command, order["number"])
            return True
        self.killed = True
        return False

    def _hit(self, name: str, limit: float, *, fatal: bool = True) -> None:
        if fatal or name not in self.hits:
            self.hits[name] = (limit, fatal)

    def _pids(self) -> list[int]:
        if self.group is not None and "pids" in self.group.controls:
            return self.group.pids()
        return tree.find_descendants(os.getpid())

    def _check(self) -> None:
        """Compare what is used with what may be used."""
        assert self.stage is not None
        limits, group = self.limits, self.group
        controls = group.controls if group else frozenset()
        if not {"memory", "pids", "cpuacct"} <= controls:
            pids = self._pids()
            usage = self.meter.measure(pids)
            if "cpuacct" not in controls:
                self.cpu = max(self.cpu, usage.cpu_seconds)
            if "pids" not in controls and usage.tasks >= limits.processes:
                # Refused by the kernel, unless it counts others of the same user, too.
                too_many = usage.tasks > limits.processes + OF_THE_WALLS
                self._hit("processes", limits.processes, fatal=too_many)
            if "memory" not in controls:
                self._check_memory(usage.memory, pids)
        if group:
            self.cpu = group.cpu_seconds() or self.cpu
            if group.ran_out_of_memory():
                self._hit("memory", limits.memory_mb)
        if self.cpu > limits.cpu_seconds:
            self._hit("cpu", limits.cpu_seconds)
        self._check_disk()

    def _check_memory(self, memory: int, pids: list[int]) -> None:
        limit = self.limits.memory_mb * MB
        if memory > limit:
            # Counted more than once, perhaps; then the exact figure decides.
            memory = tree.measure_exactly(pids)
            if memory > limit:
                self._hit("memory", self.limits.memory_mb)
        self.peak = max(self.peak, memory)

    def _check_disk(self) -> None:
        assert self.stage is not None
        limits = self.limits
        if self.stage.in_memory:
            size, entries = self.stage.fill_state()
            if size == 0:
                self._hit("disk", limits.disk_mb, fatal=False)
            if entries == 0:
                self._hit("files", limits.files, fatal=False)
        else:
            size, entries = measure_folder(self.stage.scratch, max_files=limits.files + 4)
            if size > limits.disk_mb * MB:
                self._hit("disk", limits.disk_mb)
            if entries > limits.files + 4:
                self._hit("files", limits.files)
        if self.request["sockets"]:
            size, entries = measure_folder(self.request["sockets"], max_files=_SOCKETS_ENTRIES)
            if size > _SOCKETS_BYTES:
                self._hit("disk", limits.disk_mb)
            if entries > _SOCKETS_ENTRIES:
                self._hit("files", limits.files)

    def _end_all(self) -> bool:
        """Kill whatever is left; return whether that succeeded."""
        if self.build is None:
            if self.group:
                self.group.remove()
            return True
        if self.returncode is None and self.build.first_inside:
            # The end of the first process in a process table is the end of all of them, at once.
            with contextlib.suppress(OSError):
                os.kill(self.build.first_inside, signal.SIGKILL)
        if self.group:
            self.group.stop_forks()
        if self.stage and self.stage.is_root and self.request["tier"] != "none":
            tree.kill_user(self.stage.uid)
        gone = tree.kill_descendants(os.getpid())
        for relay in self.relays:
            relay.finish()
        if self.group:
            self.cpu = self.group.cpu_seconds() or self.cpu
            self.peak = self.group.peak_memory() or self.peak
            if self.group.ran_out_of_memory():
                self._hit("memory", self.limits.memory_mb)
            if self.group.was_refused_processes() and self.returncode is not None:
                self._hit("processes", self.limits.processes, fatal=False)
            self.group.remove()
        children = os.times()
        self.cpu = max(self.cpu, children.children_user + children.children_system)
        return gone

    def _note_what_was_refused(self) -> None:
        if self.stage is not None and self.stage.in_memory:
            with contextlib.suppress(OSError):
                self._check_disk()
        # What the command was told by a signal, and did not catch.
        if self.returncode == 128 + signal.SIGXFSZ:
            self._hit("file", self.limits.file_mb)
        if self.returncode == 128 + signal.SIGXCPU:
            self._hit("cpu", self.limits.cpu_seconds)

    def _collect(self) -> dict[str, Any]:
        assert self.stage is not None
        copied = copy_folder(
            f"{self.stage.scratch}/work",
            self.request["collect"],
            max_files=self.limits.files,
            max_bytes=int(self.limits.disk_mb * MB),
        )
        return {"files": copied.files, "bytes": copied.size, "left_out": copied.left_out}

    def _last_words(self) -> str:
        return self.relays[1].tail.decode("utf-8", "replace") if len(self.relays) == 2 else ""

    def _label(self) -> str:
        """Return the walls that really stand, such as ``bubblewrap+cgroup``."""
        parts = [self.request["tier"]]
        if self.group and {"memory", "pids"} <= self.group.controls:
            parts.append("cgroup")
        if self.build is not None and not self.build.own_proc:
            parts.append("no-proc")
        return "+".join(parts)

    def _tell(self, message: dict[str, Any]) -> None:
        with contextlib.suppress(OSError):
            self.control.send(json.dumps(message).encode())


def main() -> None:
    """Serve one request and end."""
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    control = socket.socket(fileno=int(sys.argv[1]))
    control.set_inheritable(False)
    message = control.recv(LARGEST_MESSAGE)
    if not message:
        return
    request = json.loads(message)
    result = Warden(control, request).run()
    with contextlib.suppress(OSError):
        control.send(json.dumps(result).encode())
