"""Starting one command behind the walls of a tier; runs in the warden and in the child that it forks."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import signal

from kit.sandbox import bubblewrap, filters, landlock, namespaces, syscalls, tree
from kit.sandbox.inside import DEVICES, MACHINE_FILES, MB, Layout

# As type checkers want it: importing typing would cost each start of a warden.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any, NoReturn

    from kit.sandbox.cgroups import Group
    from kit.sandbox.limits import Limits
    from kit.sandbox.stage import Stage

#: Libraries reserve far more addresses than they use; this only stops what no measurement would catch.
ADDRESS_SPACE = 4 << 30
_STACK = 8 << 20
#: Where the folder of sockets is seen where there is a root of one's own: short, and below nothing writable.
SOCKETS = "/run/sockets"
_LAST_DESCRIPTOR = (1 << 31) - 1
# Processes that belong to the walls and count against the command's limit.
OF_THE_WALLS = 4
_SLACK = 64


class Build:
    """A command behind walls, as the warden sees it.

    Parameters
    ----------
    tier
        Of the walls.
    pid
        The warden's child; the command itself may be a descendant of it.
    status
        A pipe over which those in between say what they know.
    """

    def __init__(self, tier: str, pid: int, status: int) -> None:
        self.tier = tier
        self.pid = pid
        self.status = status
        self.own_proc = tier != "namespaces"
        self.said: dict[str, Any] = {}
        self._open = True
        self._rest = b""

    def read_status(self) -> bool:
        """Read what is there; return whether more may come."""
        try:
            data = os.read(self.status, 1 << 16)
        except BlockingIOError:
            return True
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            with contextlib.suppress(ValueError):
                self.said |= json.loads(line)
        self.own_proc = bool(self.said.get("own_proc", self.own_proc))
        self._open = bool(data)
        return self._open

    def is_running(self) -> bool:
        """Return whether the walls stand and the command was started."""
        if "error" in self.said:
            return False
        if self.tier == "bubblewrap":
            return "child-pid" in self.said
        if self.tier == "namespaces":
            return "own_proc" in self.said
        return not self._open

    @property
    def first_inside(self) -> int | None:
        """The first process of the command's own process table, where it has one."""
        if self.tier == "bubblewrap":
            return self.said.get("child-pid")
        if self.tier == "namespaces":
            return next(iter(tree.find_children(self.pid)), None)
        return None

    def find_command(self) -> int | None:
        """Return the command's own process, while it lives."""
        if self.tier in ("bubblewrap", "namespaces"):
            first = self.first_inside
            return next(iter(tree.find_children(first)), None) if first else None
        return self.pid

    def returncode(self, status: int) -> int:
        """Return how the command ended, as a shell says it."""
        self._drain()
        if "returncode" in self.said:
            return int(self.said["returncode"])
        return namespaces.exit_code(status)

    def _drain(self) -> None:
        while self._open and self._can_read():
            self.read_status()

    def _can_read(self) -> bool:
        import select

        return bool(select.select([self.status], [], [], 0)[0])

    def find_failure(self, returncode: int | None, last_words: str) -> str | None:
        """Return why the walls could not be built, or None when they could."""
        self._drain()
        if "error" in self.said:
            return str(self.said["error"])
        if self.tier == "bubblewrap" and returncode is not None and "exit-code" not in self.said:
            return last_words.strip() or f"bubblewrap ended with {returncode}"
        return None


def start_command(
    request: Mapping[str, Any],
    limits: Limits,
    stage: Stage,
    group: Group | None,
    stdout: int,
    stderr: int,
) -> Build:
    """Fork a child that builds the walls around itself and becomes the command."""
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    tier = request["tier"]
    warden = os.getpid()
    pid = os.fork()
    if pid:
        os.close(writer)
        return Build(tier, pid, reader)

    def report(message: dict[str, object]) -> None:
        os.write(writer, json.dumps(message).encode() + b"\n")

    try:
        _settle(request, stage, group, writer, stdout, stderr, warden)
        _set_limits(limits, stage, group.controls if group else frozenset())
        _build(request, stage, group, writer, report)
    except BaseException as err:
        with contextlib.suppress(OSError):
            report({"error": f"{type(err).__name__}: {err}"})
    finally:
        os._exit(127)


def _settle(
    request: Mapping[str, Any],
    stage: Stage,
    group: Group | None,
    status: int,
    stdout: int,
    stderr: int,
    warden: int,
) -> None:
    """Take the right place: own session, group, descriptors, user."""
    os.setsid()
    for number in (signal.SIGPIPE, signal.SIGINT, signal.SIGXFSZ):
        signal.signal(number, signal.SIG_DFL)
    if group is not None:
        group.join(os.getpid())
    stdin = request["stdin"]
    if stdin is None:
        stdin = os.open("/dev/null", os.O_RDONLY)
    for source, target in ((stdin, 0), (stdout, 1), (stderr, 2)):
        os.dup2(source, target)
    _close_all_but({0, 1, 2, status, *request["pass_fds"]})
    for descriptor in request["pass_fds"]:
        os.set_inheritable(descriptor, True)
    if request["tier"] != "none":
        stage.drop_user()
    syscalls.die_with_parent()
    if os.getppid() != warden:
        os._exit(1)
    # Whatever must go first when memory is short, goes first.
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:
        file.write("500")


def _close_all_but(kept: set[int]) -> None:
    start = 0
    for descriptor in sorted(kept):
        # With nothing between, closerange(0, 0) would close everything.
        if start < descriptor:
            os.closerange(start, descriptor)
        start = descriptor + 1
    os.closerange(start, _LAST_DESCRIPTOR)


def _set_limits(limits: Limits, stage: Stage, controls: frozenset[str]) -> None:
    """Set what the kernel enforces for each process; the warden sees to the sum."""
    processes = limits.processes + OF_THE_WALLS
    if "pids" in controls:
        # The group refuses first, and says so.
        processes += OF_THE_WALLS
    if not stage.is_root and not stage.has_namespace:
        # The kernel counts everything that this user runs, now and later; the warden counts this tree alone.
        processes += tree.count_tasks_of_user(os.getuid()) + _SLACK
    wanted = {
        resource.RLIMIT_NPROC: processes,
        resource.RLIMIT_FSIZE: int(limits.file_mb * MB),
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: limits.open_files,
        # The sum reaches its limit first; this is for one process that escapes being counted.
        resource.RLIMIT_CPU: int(limits.cpu_seconds) + 2,
        resource.RLIMIT_MSGQUEUE: 0,
    }
    if "memory" not in controls:
        wanted[resource.RLIMIT_AS] = int(limits.memory_mb * MB) + ADDRESS_SPACE
    for name, value in wanted.items():
        lowered = lower_limit(name, value)
        resource.setrlimit(name, (lowered, lowered))
    # Threads take the soft limit as the size of their stack; "unlimited" would give them too little.
    hard = resource.getrlimit(resource.RLIMIT_STACK)[1]
    resource.setrlimit(resource.RLIMIT_STACK, (lower_limit(resource.RLIMIT_STACK, _STACK), hard))


def lower_limit(name: int, value: int) -> int:
    """Return a value for a limit that is not above what this process may have."""
    hard = resource.getrlimit(name)[1]
    return value if hard == resource.RLIM_INFINITY else min(value, hard)


def _build(
    request: Mapping[str, Any], stage: Stage, group: Group | None, status: int, report: Any
) -> NoReturn:
    tier = request["tier"]
    measured = group is not None and "memory" in group.controls
    layout = Layout(
        tuple(request["shown"]),
        tuple((path, says) for path, says in request["links"]),
        tuple((path, text) for path, text in request["files"]),
    )
    if tier == "bubblewrap":
        program = filters.build_filter(nested=request["nested"], unmeasured=not measured)
        _become_bubblewrap(request, layout, stage, program, status)
    if tier == "namespaces":
        namespaces.enter(
            layout,
            root=stage.prepared["root"],
            sources=stage.prepared["sources"],
            scratch=stage.scratch,
            sockets=_sockets(request, stage),
            files=stage.prepared["files"],
            report=report,
            nested=request["nested"],
        )
        syscalls.forbid_new_privileges()
        syscalls.install_filter(
            filters.build_filter(nested=request["nested"], unmeasured=not measured)
        )
    elif tier == "landlock":
        _enter_landlock(request, layout, stage, unmeasured=not measured)
    else:
        os.chdir(f"{stage.scratch}/work")
    os.set_inheritable(status, False)
    env = request["env"]
    if tier in ("landlock", "none"):
        # Where there is no root of its own, home and temporary folder are where the stage is.
        env = {"HOME": f"{stage.scratch}/home", "TMPDIR": f"{stage.scratch}/tmp", **env}
    _execute(request["command"], env)


def _sockets(request: Mapping[str, Any], stage: Stage) -> tuple[str, str] | None:
    return (stage.prepared["sockets"], SOCKETS) if request["sockets"] else None


def _become_bubblewrap(
    request: Mapping[str, Any], layout: Layout, stage: Stage, program: bytes, status: int
) -> NoReturn:
    filter_fd = _make_memory_file("filter", program)
    options = bubblewrap.make_arguments(
        layout,
        sources=stage.prepared["sources"],
        scratch=stage.scratch,
        sockets=_sockets(request, stage),
        env=request["env"],
        filter_fd=filter_fd,
        status_fd=status,
        close_namespaces=request["close_namespaces"] and not request["nested"],
        files=stage.prepared["files"],
    )
    # Not on the command line, which the command could read.
    text = b"".join(os.fsencode(option) + b"\0" for option in options)
    options_fd = _make_memory_file("options", text)
    for descriptor in (filter_fd, options_fd, status):
        os.set_inheritable(descriptor, True)
    arguments = [request["bwrap"], "--args", str(options_fd), "--", *request["command"]]
    os.execve(request["bwrap"], arguments, {})


def _make_memory_file(name: str, data: bytes) -> int:
    descriptor = os.memfd_create(name)
    os.write(descriptor, data)
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor


def _enter_landlock(
    request: Mapping[str, Any], layout: Layout, stage: Stage, *, unmeasured: bool
) -> None:
    os.chdir(f"{stage.scratch}/work")
    rules = [(path, landlock.READ) for path in (*layout.shown, *MACHINE_FILES)]
    # Behind other walls the system's folders are links; here what they point to is enough.
    rules += [(f"{stage.scratch}/{place}", landlock.WRITE) for place in ("work", "home", "tmp")]
    rules += [(device, landlock.USE_DEVICE) for device in DEVICES]
    rules.append((f"/proc/{os.getpid()}", landlock.READ))
    if request["sockets"]:
        rules.append((request["sockets"], landlock.SOCKETS))
    version = landlock.restrict_self(rules)
    # A user of its own has nobody to send signals to, and owns nothing outside.
    shared = not stage.is_root
    keeps_signals = version >= landlock.SCOPES_SINCE
    syscalls.install_filter(
        filters.build_filter(
            bare=True,
            unmeasured=unmeasured,
            signals_from=os.getpid() if shared and not keeps_signals else None,
        )
    )


def _execute(command: Sequence[str], env: Mapping[str, str]) -> NoReturn:
    try:
        os.execve(command[0], list(command), dict(env))
    except OSError as err:
        raise OSError(err.errno, f"{command[0]}: {os.strerror(err.errno or 0)}") from err
