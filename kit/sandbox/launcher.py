"""Running one untrusted command behind walls, from outside: start it, wait for it, end it."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import select
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import kit
from kit.errors import KitError
from kit.i18n import gettext as _
from kit.sandbox.inside import HOME, USER
from kit.sandbox.layout import make_layout
from kit.sandbox.limits import LimitHit, Limits
from kit.sandbox.tiers import Walls, can_close_namespaces, choose_tier

PIPE = subprocess.PIPE
_LARGEST_MESSAGE = 1 << 20
_LONGEST_SOCKETS = 107 - len("/k-12345678-5")
# The folder that holds the package comes last, so that nothing beside it hides a standard module.
_WARDEN = (
    "import sys; sys.path.append(sys.argv.pop(1)); from kit.sandbox.warden import main; main()"
)


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


@dataclass(frozen=True)
class Completed:
    """A command that has ended, with what it printed."""

    outcome: Outcome
    stdout: bytes = b""
    stderr: bytes = b""


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


def launch(
    command: Sequence[str],
    *,
    walls: Walls | None = None,
    workdir: Path | None = None,
    collect: Path | None = None,
    read_only: Sequence[Path] = (),
    sockets: Path | None = None,
    limits: Limits | None = None,
    env: Mapping[str, str] | None = None,
    python: str | None = None,
    stdin: int | None = None,
    stdout: int | None = None,
    stderr: int | None = None,
    pass_fds: Sequence[int] = (),
    nested: bool = False,
) -> Walled:
    """Start one untrusted command behind walls.

    Parameters
    ----------
    command
        An absolute path and arguments.
    walls
        From `choose_tier`; by default the strongest that this machine can build.
    workdir
        A folder whose contents are copied in; the command starts in the copy. Symbolic links are left out.
    collect
        An existing folder into which the working directory is copied at the end, links left out.
    read_only
        More files and folders to show, each in its own place, beside the Python environment.
    sockets
        A folder of one's own with mode 0700, which is shown writable as `Walls.sockets_inside` says.
    limits
        What the command and everything that it starts may use.
    env
        Variables to set on top of the few that are always there; nothing of one's own goes in.
    python
        The interpreter whose environment is shown; by default this one, also if it is not the command.
    stdin, stdout, stderr
        Descriptors, `PIPE`, or None for nothing. What is printed is counted on its way.
    pass_fds
        More descriptors that stay open under the same numbers.
    nested
        Leave the calls open that `enter_inner` needs.

    Raises
    ------
    KitError
        If the walls could not be built.
    """
    walls = walls or choose_tier()
    limits = limits or Limits()
    if not command or not os.path.isabs(command[0]):
        raise KitError(_("a command behind walls is given by its whole path"), where=str(command))
    if sockets is not None:
        _check_sockets(sockets)
    layout = make_layout(python, read_only)
    mine, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    inside, kept = _open_pipes(stdin, stdout, stderr)
    request = {
        "tier": walls.tier,
        "command": list(command),
        "env": make_environment(walls, env or {}),
        "shown": layout.shown,
        "links": layout.links,
        "files": layout.files,
        "limits": dataclasses.asdict(limits),
        "workdir": str(workdir.resolve()) if workdir else None,
        "collect": str(collect.resolve()) if collect else None,
        "sockets": str(sockets) if sockets else None,
        "pass_fds": list(pass_fds),
        "nested": nested,
        "bwrap": walls.program,
        "close_namespaces": bool(walls.program) and can_close_namespaces(walls.program),
        **dict(zip(("stdin", "stdout", "stderr"), inside, strict=True)),
    }
    passed = [fd for fd in (*inside, *pass_fds, theirs.fileno()) if fd is not None]
    root = str(Path(kit.__file__).parent.parent)
    try:
        warden = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _WARDEN, root, str(theirs.fileno())],
            env={},
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            pass_fds=passed,
            start_new_session=True,
        )
    except OSError:
        mine.close()
        for pipe in kept:
            if pipe is not None:
                pipe.close()
        raise
    finally:
        theirs.close()
        for fd in inside:
            if fd is not None:
                os.close(fd)
    walled = Walled(walls, warden, mine, kept[0], kept[1], kept[2])
    try:
        mine.send(json.dumps(request).encode())
        walled._wait_for_start()
    except BaseException:
        walled.close()
        raise
    return walled


def run(command: Sequence[str], *, input: bytes = b"", **options: Any) -> Completed:
    """Run a command behind walls to its end; the options are those of `launch`.

    Examples
    --------
    >>> from kit.sandbox import choose_tier
    >>> run(["/bin/echo", "hello"], walls=choose_tier("none")).stdout
    b'hello\\n'
    """
    with launch(command, stdin=PIPE, stdout=PIPE, stderr=PIPE, **options) as walled:
        stdout, stderr = _exchange(walled, input)
        return Completed(walled.wait(), stdout, stderr)


def _exchange(walled: Walled, data: bytes) -> tuple[bytes, bytes]:
    """Write all input and read all output, never waiting for one of them alone."""
    assert walled.stdin and walled.stdout and walled.stderr
    found: dict[int, bytearray] = {walled.stdout.fileno(): bytearray()}
    found[walled.stderr.fileno()] = bytearray()
    reading = set(found)
    writing = walled.stdin.fileno()
    view = memoryview(data)
    if not view:
        walled.stdin.close()
    while reading or view:
        ready, writable, _ = select.select(reading, [writing] if view else [], [])
        for descriptor in ready:
            piece = os.read(descriptor, 1 << 16)
            found[descriptor] += piece
            if not piece:
                reading.discard(descriptor)
        if writable:
            try:
                view = view[os.write(writing, view[: select.PIPE_BUF]) :]
            except BrokenPipeError:
                view = view[:0]
            if not view:
                walled.stdin.close()
    first, second = found.values()
    return bytes(first), bytes(second)


def make_environment(walls: Walls, extra: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a command: a few variables, and what was asked for on top."""
    own = str(Path(sys.prefix) / "bin")
    path = "/usr/local/bin:/usr/bin:/bin"
    env = {
        "PATH": path if own.startswith("/usr/") else f"{own}:{path}",
        "LANG": "C.UTF-8",
        # Programs ask for these before they look into /etc/passwd.
        "USER": USER,
        "LOGNAME": USER,
        "PYTHONDONTWRITEBYTECODE": "1",
        # Two busy numeric threads on two cores are many times slower than one.
        **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"),
    }
    if walls.has_root:
        env |= {"HOME": HOME, "TMPDIR": "/tmp"}
    return env | dict(extra)


def _check_sockets(folder: Path) -> None:
    status = os.lstat(folder)
    if not stat.S_ISDIR(status.st_mode) or status.st_mode & 0o077 or status.st_uid != os.getuid():
        raise KitError(
            _("a folder for sockets must be your own, and closed to others"),
            where=folder,
            fix=_("Make a new one with mode 0700"),
        )
    if len(os.fsencode(folder)) > _LONGEST_SOCKETS or not folder.is_absolute():
        raise KitError(
            _(
                "the path of a folder for sockets must be absolute and at most {n} bytes long"
            ).format(n=_LONGEST_SOCKETS),
            where=folder,
        )


def _open_pipes(
    stdin: int | None, stdout: int | None, stderr: int | None
) -> tuple[list[int | None], list[BinaryIO | None]]:
    """Return what the warden gets, as descriptors of its own, and the ends that are kept."""
    inside: list[int | None] = []
    kept: list[BinaryIO | None] = []
    for given, mode in ((stdin, "wb"), (stdout, "rb"), (stderr, "rb")):
        if given == PIPE:
            reader, writer = os.pipe()
            inside.append(reader if mode == "wb" else writer)
            kept.append(os.fdopen(writer if mode == "wb" else reader, mode, buffering=0))  # type: ignore[arg-type]
        else:
            # Two streams to one descriptor are waited for one by one.
            inside.append(None if given is None else os.dup(given))
            kept.append(None)
    return inside, kept
