"""The nursery: a process that has JupyterLab's server loaded and forks itself into each person's own.

A server that is started anew needs seconds of processor time for its imports and a copy of them in memory.
Here both are paid once. The nursery runs as root and hears only root, through a socket in a folder that is
root's alone. A child becomes its user before it runs anything of theirs; nothing of one person was ever in
the process that another person's server is forked from.

It starts no thread and imports installed packages only, as the servers of `kit.kernels` do.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import importlib
import json
import os
import select
import signal
import socket
import struct
import sys
import traceback
from pathlib import Path
from typing import Any

LARGEST_REQUEST = 4 * 2**20
_SIZE = struct.Struct("!I")
_PR_SET_DUMPABLE = 4
_PR_SET_NAME = 15
#: The name of the process of a person's server.
SERVER_NAME = "learner-lab"

# What a person's server has imported when its first page is shown, as `python -X importtime` lists it.
LIBRARIES = (
    "jupyterhub.singleuser.extension",
    "jupyterlab.labapp",
    "jupyterlab.extensions.pypi",
    "jupyterlab.handlers.announcements",
    "jupyterlab.handlers.build_handler",
    "jupyterlab.handlers.error_handler",
    "jupyterlab.handlers.extension_manager_handler",
    "jupyterlab.handlers.plugin_manager_handler",
    "jupyterlab_server.handlers",
    "jupyterlab_server.translations_handler",
    "jupyter_server.auth.login",
    "jupyter_server.auth.logout",
    "jupyter_server.base.handlers",
    "jupyter_server.files.handlers",
    "jupyter_server.gateway.managers",
    "jupyter_server.nbconvert.handlers",
    "jupyter_server.services.api.handlers",
    "jupyter_server.services.config.handlers",
    "jupyter_server.services.contents.handlers",
    "jupyter_server.services.contents.largefilemanager",
    "jupyter_server.services.events.handlers",
    "jupyter_server.services.kernels.connection.channels",
    "jupyter_server.services.kernels.handlers",
    "jupyter_server.services.kernels.websocket",
    "jupyter_server.services.kernelspecs.handlers",
    "jupyter_server.services.nbconvert.handlers",
    "jupyter_server.services.security.handlers",
    "jupyter_server.services.sessions.handlers",
    "jupyter_server.services.shutdown",
    "jupyter_server.view.handlers",
    "jupyter_server.kernelspecs.handlers",
    "jupyter_server_terminals.app",
    "jupyter_client.provisioning",
    "nbformat.v4",
    "nbformat.sign",
    "nbconvert.exporters",
    "sqlite3",
    "terminado",
    "zmq.eventloop.zmqstream",
)


def ask_nursery(path: str | Path, request: dict[str, Any], *, seconds: float = 20.0) -> int:
    """Ask for a server and return its process id.

    Parameters
    ----------
    path
        The nursery's socket.
    request
        ``uid``, ``gid``, ``groups``, ``env``, ``cwd``, ``log``, ``argv``, and ``limits`` with ``memory``
        (bytes), ``processes`` and ``processors``.

    Raises
    ------
    OSError
        If there is no nursery, or it could not fork.
    """
    data = json.dumps(request).encode()
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(seconds)
        connection.connect(str(path))
        connection.sendall(_SIZE.pack(len(data)) + data)
        answer = connection.makefile("rb").readline()
    said = json.loads(answer or b'{"failed": "the nursery has ended"}')
    if "pid" not in said:
        raise OSError(said.get("failed", "no answer"))
    return int(said["pid"])


def import_libraries() -> list[str]:
    """Import what every server imports; return what is not installed here."""
    missing = []
    for name in LIBRARIES:
        try:
            importlib.import_module(name)
        except ImportError:
            missing.append(name)
    return missing


def serve(path: Path) -> None:
    """Fork a server for each request, until told to stop; returns in a child with what it has to run."""
    import_libraries()
    gc.collect()
    gc.freeze()
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    path.chmod(0o600)
    listener.listen(128)
    # Children are nobody's to wait for here: the hub watches them by their number and time of birth.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    while True:
        select.select([listener], [], [])
        connection, _address = listener.accept()
        with contextlib.suppress(OSError, ValueError):
            request = _receive(connection)
            pid = os.fork()
            if pid == 0:
                listener.close()
                _run_child(connection, request)
            connection.sendall(json.dumps({"pid": pid}).encode() + b"\n")
        connection.close()


def _receive(connection: socket.socket) -> dict[str, Any]:
    connection.settimeout(5)
    stream = connection.makefile("rb")
    size = _SIZE.unpack(stream.read(_SIZE.size))[0]
    if size > LARGEST_REQUEST:
        raise ValueError("the request is too large")
    request: dict[str, Any] = json.loads(stream.read(size))
    return request


def _run_child(connection: socket.socket, request: dict[str, Any]) -> None:
    """Become the person's server; does not return."""
    status = 1
    try:
        connection.close()
        os.setsid()
        for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE):
            signal.signal(number, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        _limit(request.get("limits", {}))
        become(request["uid"], request["gid"], request["groups"])
        _take_streams(request["log"])
        os.environ.clear()
        os.environ.update(request["env"])
        os.umask(0o077)
        os.chdir(request["cwd"])
        status = _run_server(request)
    except SystemExit as stop:
        status = stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        with contextlib.suppress(Exception):
            sys.stderr.flush()
        os._exit(status)


def _run_server(request: dict[str, Any]) -> int:
    import random
    import time

    random.seed()
    time.tzset()
    with contextlib.suppress(OSError):
        ctypes.CDLL(None).prctl(_PR_SET_NAME, SERVER_NAME.encode(), 0, 0, 0)
    for name in request.get("before", ()):
        module, _, function = name.partition(":")
        getattr(importlib.import_module(module), function)()
    from jupyterhub.singleuser.extension import main

    sys.argv[:] = request["argv"]
    main()
    return 0


def _limit(limits: dict[str, Any]) -> None:
    """Put this process into a control group of its own, where the machine has them."""
    if not limits:
        return
    from kit.sandbox.cgroups import make_group

    name = f"kit-hub-{limits['name']}-{os.getpid()}"
    group = make_group(
        name,
        memory=limits["memory"],
        processes=limits["processes"],
        processors=limits["processors"],
        # The greedy kernel ends, and the server goes on.
        together=False,
    )
    if group is not None:
        group.join(os.getpid())


def become(uid: int, gid: int, groups: list[int]) -> None:
    """Become another user, for good."""
    os.setgroups(groups)
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)
    if os.getresuid() != (uid,) * 3 or os.getresgid() != (gid,) * 3:
        raise PermissionError("this process could not become its user")
    # A process that changed its user may not look into its own /proc until it says that it may.
    ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 1, 0, 0, 0)


def _take_streams(log: str) -> None:
    null = os.open(os.devnull, os.O_RDWR)
    # The person's own file, opened as the person: a link in its place leads nowhere new.
    target = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    for number, descriptor in enumerate((null, target, target)):
        os.dup2(descriptor, number, inheritable=True)
    for descriptor in {null, target}:
        if descriptor > 2:
            os.close(descriptor)


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
