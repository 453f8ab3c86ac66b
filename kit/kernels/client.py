"""Ask a fork server for a kernel, and start a server where none answers."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import socket
import struct
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kit.errors import KitError
from kit.i18n import gettext as _
from kit.kernels import places
from kit.kernels.process import WarmProcess

SERVER = Path(__file__).with_name("server.py")
# As kit/kernels/server.py has them; a test holds the two together.
HEADER = struct.Struct("!8sc32s")
MAGIC = b"kitwarm1"
FORK, STATUS, STOP, KILL = b"F", b"S", b"Q", b"K"

IDLE_VARIABLE = "KIT_KERNELS_IDLE"
IDLE_SECONDS = 1200.0
ANSWER_SECONDS = 60.0
LAUNCH_SECONDS = 15.0

# What of the requester's environment a server starts with, besides what libraries read at import. It holds
# no credential: whoever can read a kernel's memory can read the server's.
_PLAIN_VARIABLES = ("PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "LC_CTYPE", "TZ")
_ONE_THREAD = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "BLIS_NUM_THREADS",
    "RAYON_NUM_THREADS",
    "POLARS_MAX_THREADS",
)


class UnavailableError(KitError):
    """A warm kernel can't be had, and why; a cold one can."""


@dataclass(frozen=True)
class Request:
    """A kernel that somebody wants."""

    python: str
    options: tuple[str, ...]
    program: str
    argv: tuple[str, ...]
    env: Mapping[str, str]
    cwd: str
    sockets: str
    preload: tuple[str, ...] = ()
    lifeline: bool = True
    streams: tuple[int, ...] = field(default=(1, 2))

    @property
    def environment(self) -> str:
        """The key of the environment that the kernel runs in."""
        return places.environment_key(self.python, self.options)

    def variables(self, *, shared: bool = False) -> str:
        """Return a digest of what libraries would read at import; a shared server knows no one's home."""
        home = [] if shared else [self.env.get("HOME", "")]
        return places.digest(places.select_variables(self.env).items(), home)


def fork_kernel(request: Request) -> WarmProcess:
    """Return a running kernel from the first server that gives one: the operator's, a living one, a new one.

    Raises
    ------
    UnavailableError
        With the reason, when none does.
    """
    shared = places.shared_folder()
    if shared is not None:
        with contextlib.suppress(UnavailableError):
            return _ask(shared / f"{request.environment}.sock", request, shared=True)
    folder = _folder()
    for path in _find_servers(folder, request):
        with contextlib.suppress(UnavailableError):
            return _ask(path, request)
    try:
        return _ask(start_server(request), request)
    except UnavailableError:
        # The server may have ended just when we asked, idle or because something changed on disk.
        return _ask(start_server(request), request)


def _folder() -> Path:
    try:
        return places.own_folder()
    except KitError as error:
        raise UnavailableError(error.what, where=error.where, fix=error.fix) from error


def _find_servers(folder: Path, request: Request) -> Iterator[Path]:
    """Yield living servers of the environment that have loaded what is wanted, the smallest first."""
    wanted = set(request.preload)
    fitting = []
    for note in folder.glob(f"{request.environment}-*.json"):
        with contextlib.suppress(OSError, ValueError, KeyError):
            said = json.loads(note.read_text(encoding="utf-8"))
            offered = set(said["preload"])
            if wanted <= offered and said["variables"] == request.variables():
                fitting.append((len(offered), note.with_suffix(".sock")))
    yield from (path for _size, path in sorted(fitting) if path.exists())


def start_server(request: Request) -> Path:
    """Start a server for the request unless there is one, and return the path of its socket.

    The server answers from then on; whoever asks before it has loaded everything waits.
    """
    folder = _folder()
    variables = request.variables()
    name = f"{request.environment}-{places.server_key(request.preload, variables)}"
    path = folder / f"{name}.sock"
    with open(folder / f"{name}.lock", "w", encoding="utf-8") as lock:  # noqa: PTH123
        fcntl.flock(lock, fcntl.LOCK_EX)
        if _answers(path):
            return path
        settings = {
            "socket": str(path),
            "preload": list(request.preload),
            "digest": variables,
            "idle": float(os.environ.get(IDLE_VARIABLE) or IDLE_SECONDS),
            "shared": False,
            "daemon": True,
        }
        note = {"preload": list(request.preload), "variables": variables, "python": request.python}
        path.with_suffix(".json").write_text(json.dumps(note), encoding="utf-8")
        launch(request.python, request.options, settings, server_environment(request.env))
    return path


def server_environment(env: Mapping[str, str]) -> dict[str, str]:
    """Return what of `env` a server may see, with numeric libraries held to one thread."""
    kept = {name: env[name] for name in _PLAIN_VARIABLES if name in env}
    return kept | places.select_variables(env) | dict.fromkeys(_ONE_THREAD, "1")


def launch(
    python: str, options: Sequence[str], settings: Mapping[str, Any], env: Mapping[str, str]
) -> None:
    """Start the server process; return when its socket answers."""
    log = Path(settings["socket"]).with_suffix(".log")
    with open(log, "w", encoding="utf-8") as stream:  # noqa: PTH123
        command = [python, *options, str(SERVER), json.dumps(settings)]
        try:
            done = subprocess.run(
                command,
                env=dict(env),
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
                start_new_session=True,
                timeout=LAUNCH_SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise UnavailableError(
                _("the fork server does not start: {error}").format(error=error)
            ) from error
    if done.returncode:
        last = log.read_text(encoding="utf-8", errors="replace").strip().rpartition("\n")[2]
        raise UnavailableError(
            _("the fork server does not start: {error}").format(error=last), where=log
        )


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(str(path))
        except OSError:
            return False
    return True


def _connect(path: Path, owner: int) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.settimeout(ANSWER_SECONDS)
        connection.connect(str(path))
        _pid, uid, _gid = struct.unpack(
            "3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
        )
        if uid != owner:
            raise UnavailableError(_("this server belongs to another user"), where=path)
    except OSError as error:
        connection.close()
        raise UnavailableError(
            _("no fork server answers: {error}").format(error=error), where=path
        ) from error
    except BaseException:
        connection.close()
        raise
    return connection


def _ask(path: Path, request: Request, *, shared: bool = False) -> WarmProcess:
    connection = _connect(path, 0 if shared else os.getuid())
    try:
        body = json.dumps(
            {
                "env": dict(request.env),
                "cwd": request.cwd,
                "program": request.program,
                "argv": list(request.argv),
                "sockets": request.sockets,
                "lifeline": request.lifeline,
            }
        ).encode()
        digest = request.variables(shared=shared).encode()
        try:
            connection.sendall(HEADER.pack(MAGIC, FORK, digest))
            socket.send_fds(connection, [struct.pack("!I", len(body))], list(request.streams))
            connection.sendall(body)
        except (BrokenPipeError, ConnectionResetError):
            # The server has refused already, and says why.
            pass
        message, descriptors = _read_answer(connection)
        if "pid" not in message or len(descriptors) != 1:
            for descriptor in descriptors:
                os.close(descriptor)
            raise UnavailableError(
                message.get("why") or _("the kernel ended before it began"), where=path
            )
        return WarmProcess(message["pid"], descriptors[0], connection)
    except OSError as error:
        connection.close()
        raise UnavailableError(
            _("the fork server does not answer: {error}").format(error=error), where=path
        ) from error
    except BaseException:
        connection.close()
        raise


def _read_answer(connection: socket.socket, most: int = 1) -> tuple[dict[str, Any], list[int]]:
    """Read one line, in pieces of `most` bytes: one where another line follows that must be left to others."""
    data, found = b"", []
    while not data.endswith(b"\n"):
        part, descriptors, _flags, _address = socket.recv_fds(connection, most, 4)
        found += descriptors
        if not part:
            break
        data += part
    return (json.loads(data) if data else {}), found


def ask_server(path: Path, wanted: bytes, *, owner: int | None = None) -> dict[str, Any]:
    """Ask a server for its status, or to stop; return what it says.

    Raises
    ------
    UnavailableError
        When it does not answer.
    """
    with _connect(path, os.getuid() if owner is None else owner) as connection:
        try:
            connection.sendall(HEADER.pack(MAGIC, wanted, b"0" * 32))
            return _read_answer(connection, 1 << 16)[0]
        except (OSError, ValueError) as error:
            raise UnavailableError(
                _("the fork server does not answer: {error}").format(error=error), where=path
            ) from error


def list_servers(folder: Path) -> list[Path]:
    """Return the sockets in a folder on which a server answers."""
    return [path for path in sorted(folder.glob("*.sock")) if _answers(path)]


def wait_until_stopped(path: Path, seconds: float) -> bool:
    """Wait until nothing answers on a socket; say whether that came in time."""
    deadline = time.monotonic() + seconds
    while _answers(path):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
