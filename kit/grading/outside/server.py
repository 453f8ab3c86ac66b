"""A process that has libraries and a shell ready, and forks itself into the two sides of a verdict.

There is one for learners' code and one for tests; only the first stands behind walls. It lives as long as the
process that started it: when the socket that it was given is closed, it ends, and all that it forked.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import signal
import socket
import sys
import tempfile
from pathlib import Path
from typing import Any, NoReturn

from kit.grading.outside import parcel, student, tester, wire
from kit.grading.outside.shell import draw_figures, make_shell
from kit.kernels.libraries import count_threads
from kit.kernels.refresh import refresh_libraries
from kit.sandbox import syscalls, tree
from kit.sandbox.inner import enter_inner
from kit.sandbox.limits import Limits

_MOST_DESCRIPTORS = 3


def load(names: list[str]) -> None:
    """Import libraries; begin anew without the one that starts a thread, which can't be forked from."""
    for name in names:
        with contextlib.suppress(Exception):
            importlib.import_module(name)
        if _has_threads():
            settings = json.loads(sys.argv[-1])
            settings["preload"] = [other for other in settings["preload"] if other != name]
            os.set_inheritable(settings["socket"], True)
            os.execv(sys.executable, [*sys.orig_argv[:-1], json.dumps(settings)])


def _has_threads() -> bool:
    try:
        return count_threads() > 1
    except OSError:
        # Walls without a process table; then what Python knows has to do.
        threading = sys.modules.get("threading")
        return threading is not None and threading.active_count() > 1


def main() -> None:
    """Load, then fork once for each request."""
    settings = json.loads(sys.argv[-1])
    os.set_inheritable(settings["socket"], False)
    asking = socket.socket(fileno=settings["socket"])
    load(settings["preload"])
    shell = make_shell()
    _prepare_matplotlib()
    # What these load and look up is then there for every child, in which they are called again.
    refresh_libraries()
    draw_figures()
    gc.collect()
    gc.freeze()
    syscalls.become_subreaper()
    signal.signal(signal.SIGCHLD, _reap)
    while True:
        try:
            request = json.loads(wire.receive(asking))
            _data, found, _flags, _address = socket.recv_fds(asking, 1, _MOST_DESCRIPTORS)
        except wire.ClosedError:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            tree.kill_descendants(os.getpid())
            return
        # Until its number is noted it would be taken for an orphan, or for one that is gone.
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD])
        pid = os.fork()
        if pid == 0:
            asking.close()
            become(request, found, shell)
        _forked.add(pid)
        for number in found:
            os.close(number)
        pidfd = os.pidfd_open(pid)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGCHLD])
        socket.send_fds(asking, [b"x"], [pidfd])
        os.close(pidfd)


_forked: set[int] = set()


def _reap(*_: Any) -> None:
    """Take leave of the children that have ended, and end what a learner's process has left behind."""
    for pid in tree.reap_children():
        _forked.discard(pid)
    for pid in set(tree.find_children(os.getpid())) - _forked:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def become(request: dict[str, Any], descriptors: list[int], shell: Any) -> NoReturn:
    """Be one side of the verdict, and end with it."""
    try:
        os.setsid()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGCHLD])
        null = os.open(os.devnull, os.O_RDWR)
        for number in range(3):
            os.dup2(null, number)
        files = descriptors.pop() if request["parcel"] else None
        sockets = [socket.socket(fileno=number) for number in descriptors]
        try:
            _settle(request, files)
        except OSError as error:
            wire.send(sockets[0], json.dumps({"error": str(error)}).encode())
            os._exit(1)
        wire.send(sockets[0], b'{"ready": true}')
        refresh_libraries()
        draw_figures()
        if request["role"] == "student":
            student.Student(shell, *sockets).serve()
        else:
            tester.main(shell, sockets[0])
    finally:
        os._exit(0)


def _settle(request: dict[str, Any], files: int | None) -> None:
    """Take the right place and environment; behind walls, put up those of this one submission."""
    if request["inner"] is not None:
        enter_inner(Limits(**request["inner"]))
    elif request["cwd"] is None:
        os.chdir(tempfile.mkdtemp(dir=Path.cwd()))
    else:
        # Without walls nothing of the server's environment is meant for the learner's code.
        os.environ.clear()
        os.chdir(request["cwd"])
    os.environ.update(request["env"])
    tempfile.tempdir = None
    if files is not None:
        parcel.unpack_parcel(files, Path.cwd())
    # As in a notebook, files beside it can be imported.
    sys.path.insert(0, "")


def _prepare_matplotlib() -> None:
    matplotlib: Any = sys.modules.get("matplotlib")
    if matplotlib is not None:
        matplotlib._kit_warm_fname = matplotlib.matplotlib_fname()
