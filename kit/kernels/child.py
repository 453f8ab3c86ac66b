"""What a forked child does before it is a kernel: it becomes whoever asked, in the place they asked for.

The order matters. Session and limits come first; then, in a server for all users, the user; only then the
request is read, so that nothing of it was ever in the server's memory; then environment, folder, path and
whatever libraries took from the environment when they were imported.
"""

from __future__ import annotations

import array
import contextlib
import ctypes
import json
import os
import select
import signal
import socket
import struct
import sys
import tempfile
import threading
import traceback
from typing import Any

REQUEST_SECONDS = 20.0
LARGEST_REQUEST = 16 * 2**20
_PR_SET_NAME = 15
# Made in the server: what ctypes makes for it is a class of its own.
_C_LIBRARY = ctypes.CDLL(None)


class RefusalError(Exception):
    """Why this child can't be the kernel that was asked for; a cold one is started instead."""


def become_kernel(
    connection: socket.socket, peer: Any, verdict: int, shared: bool, parts: Any
) -> None:
    """Turn this process into the kernel that `peer` asks for, run it, and end the process with it.

    Parameters
    ----------
    connection
        Where the request comes from and the answer goes to.
    peer
        Whoever asks.
    verdict
        A pipe by which the server says that what it has loaded is still what lies on disk.
    shared
        Whether the server is one for all users.
    parts
        The modules that the server has loaded for its children.
    """
    status = 1
    try:
        os.setsid()
        parts.identity.take_signals()
        parts.identity.take_limits(peer.pid, privileged=shared)
        if shared:
            parts.identity.become_user(connection, peer)
        request, descriptors = receive(connection)
        try:
            settle(request, descriptors, parts.libraries)
        except Exception as error:
            answer(connection, {"refused": "request", "why": str(error)})
            raise
        if request["lifeline"]:
            hold_lifeline(peer.pidfd, request["sockets"])
        else:
            peer.close()
        parts.refresh.refresh_libraries()
        plain = parts.arguments.find_plain_start(request["argv"])
        status = parts.kernel.run(request["argv"], plain, lambda: announce(connection, verdict))
    except SystemExit as stop:
        status = stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    except BaseException:
        traceback.print_exc(file=sys.__stderr__)
    finally:
        finish(status)


def finish(status: int) -> None:
    """End the process as the interpreter would, but without taking every module apart.

    Taking apart touches, and so copies, each page that is shared with the server.
    """
    import atexit
    import gc

    with contextlib.suppress(BaseException):
        threading._shutdown()  # type: ignore[attr-defined]
    with contextlib.suppress(BaseException):
        atexit._run_exitfuncs()
    with contextlib.suppress(BaseException):
        # Files and other resources that only a cycle still holds are closed.
        gc.collect()
    for stream in (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__):
        with contextlib.suppress(BaseException):
            if stream is not None:
                stream.flush()
    os._exit(status)


def receive(connection: socket.socket) -> tuple[dict[str, Any], list[int]]:
    """Read the request and the descriptors that come with it."""
    connection.setblocking(True)
    connection.settimeout(REQUEST_SECONDS)
    descriptors = array.array("i")
    first, ancillary, _, _ = connection.recvmsg(4, socket.CMSG_SPACE(3 * descriptors.itemsize))
    for level, kind, data in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            descriptors.frombytes(data[: len(data) - len(data) % descriptors.itemsize])
    size = struct.unpack("!I", first + _read(connection, 4 - len(first)))[0]
    if size > LARGEST_REQUEST:
        raise ValueError("the request is too large")
    request: dict[str, Any] = json.loads(_read(connection, size))
    return request, list(descriptors)


def _read(connection: socket.socket, size: int) -> bytes:
    parts = []
    while size:
        part = connection.recv(min(size, 1 << 16))
        if not part:
            # Whoever asked is gone: there is nobody to be a kernel for.
            os._exit(1)
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def announce(connection: socket.socket, verdict: int) -> None:
    """Tell whoever asked that the kernel can be connected to, and hand over its process descriptor."""
    if not os.read(verdict, 1):
        # The server has refused, or it is gone: either way another one is asked.
        os._exit(1)
    os.close(verdict)
    pidfd = os.pidfd_open(os.getpid())
    answer(connection, {"pid": os.getpid()}, pidfd)
    os.close(pidfd)
    connection.close()


def answer(connection: socket.socket, message: dict[str, Any], *descriptors: int) -> None:
    """Send one line, and descriptors with it."""
    data = json.dumps(message).encode() + b"\n"
    with contextlib.suppress(OSError):
        socket.send_fds(connection, [data], list(descriptors))


def settle(request: dict[str, Any], descriptors: list[int], libraries: Any) -> None:
    """Take on streams, environment, folder, path and arguments of the request."""
    _take_streams(descriptors)
    os.environ.clear()
    os.environ.update(request["env"])
    try:
        os.chdir(request["cwd"])
    except OSError as error:
        raise RefusalError(
            f"the folder {request['cwd']} can't be entered: {error.strerror}"
        ) from error
    sys.path[:] = _python_path(request["env"]) + sys.path
    sys.argv[:] = [request["program"], *request["argv"]]
    shadow = find_shadow(libraries.names, ["", *_python_path(request["env"])])
    if shadow:
        raise RefusalError(f"{shadow} has the name of a library that is already loaded")
    tempfile.tempdir = None
    with contextlib.suppress(OSError, AttributeError):
        _C_LIBRARY.prctl(_PR_SET_NAME, b"warm-kernel", 0, 0, 0)


def _take_streams(descriptors: list[int]) -> None:
    null = os.open(os.devnull, os.O_RDWR)
    for number, descriptor in enumerate([null, *descriptors[:2], null, null][:3]):
        os.dup2(descriptor, number, inheritable=True)
    for descriptor in [null, *descriptors]:
        if descriptor > 2:
            os.close(descriptor)


def _python_path(env: dict[str, str]) -> list[str]:
    """Return the entries that a new interpreter would put before the standard library."""
    entries = env.get("PYTHONPATH", "").split(os.pathsep)
    return [os.path.abspath(entry) for entry in entries if entry]  # noqa: PTH100


def find_shadow(names: frozenset[str], folders: list[str]) -> str | None:
    """Name a file in `folders` that a new interpreter would import in place of a loaded library."""
    for folder in folders:
        try:
            with os.scandir(folder or ".") as entries:
                for entry in entries:
                    name, dot, _ = entry.name.partition(".")
                    if name not in names:
                        continue
                    package = os.path.join(entry.path, "__init__.py")  # noqa: PTH118
                    if (dot and entry.name.endswith((".py", ".so"))) or os.path.exists(package):  # noqa: PTH110
                        return os.path.abspath(entry.path)  # noqa: PTH100
        except OSError:
            continue
    return None


def hold_lifeline(pidfd: int, sockets: str) -> None:
    """End this process, and its group, when the process behind `pidfd` is gone."""

    def watch() -> None:
        poll = select.poll()
        poll.register(pidfd, select.POLLIN)
        poll.poll()
        for number in range(1, 6):
            with contextlib.suppress(OSError):
                os.unlink(f"{sockets}-{number}")  # noqa: PTH108
        os.killpg(os.getpgrp(), signal.SIGKILL)

    thread = threading.Thread(target=watch, name="Lifeline", daemon=True)
    # A debugger that stops all threads must leave this one alone.
    thread.pydev_do_not_trace = True  # type: ignore[attr-defined]
    thread.is_pydev_daemon_thread = True  # type: ignore[attr-defined]
    thread.start()
