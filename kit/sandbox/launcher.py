"""Running one untrusted command behind walls, from outside: start it, wait for it, end it."""

from __future__ import annotations

import dataclasses
import json
import os
import select
import socket
import stat
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import kit
from kit.errors import KitError
from kit.i18n import gettext as _
from kit.sandbox.inside import HOME, USER
from kit.sandbox.layout import make_layout
from kit.sandbox.limits import Limits
from kit.sandbox.process import Outcome, Walled
from kit.sandbox.tiers import Walls, can_close_namespaces, choose_tier

PIPE = subprocess.PIPE
_LONGEST_SOCKETS = 107 - len("/k-12345678-5")
# The folder that holds the package comes last, so that nothing beside it hides a standard module.
_WARDEN = (
    "import sys; sys.path.append(sys.argv.pop(1)); from kit.sandbox.warden import main; main()"
)


@dataclass(frozen=True)
class Completed:
    """A command that has ended, with what it printed."""

    outcome: Outcome
    stdout: bytes = b""
    stderr: bytes = b""


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
