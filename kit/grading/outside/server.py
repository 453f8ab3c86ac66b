"""A process that has libraries and a shell ready, and forks itself into the two sides of a verdict.

There is one for learners' code and one for tests; only the first goes behind walls. It lives as long as the
process that started it: when the socket that it was given is closed, it ends.
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
from typing import Any

from kit.grading.outside import student, tester, wire
from kit.grading.outside.shell import draw_figures, make_shell
from kit.kernels.libraries import count_threads
from kit.kernels.refresh import refresh_libraries
from kit.sandbox import syscalls, tree


def load(names: list[str]) -> None:
    """Import libraries; begin anew without the one that starts a thread, which can't be forked from."""
    for name in names:
        with contextlib.suppress(Exception):
            importlib.import_module(name)
        if count_threads() > 1:
            settings = json.loads(sys.argv[1])
            settings["preload"] = [other for other in settings["preload"] if other != name]
            os.set_inheritable(settings["socket"], True)
            os.execv(sys.executable, [*sys.orig_argv[:-1], json.dumps(settings)])


def main() -> None:
    """Load, then fork once for each request."""
    settings = json.loads(sys.argv[1])
    os.set_inheritable(settings["socket"], False)
    asking = socket.socket(fileno=settings["socket"])
    load(settings["preload"])
    shell = make_shell()
    _prepare_matplotlib()
    gc.collect()
    gc.freeze()
    syscalls.become_subreaper()
    signal.signal(signal.SIGCHLD, _reap)
    while True:
        try:
            request = json.loads(wire.receive(asking))
            _data, descriptors, _flags, _address = socket.recv_fds(asking, 1, 2)
        except wire.ClosedError:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            tree.kill_descendants(os.getpid())
            return
        # Until its number is noted it would be taken for an orphan, or for one that is gone.
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD])
        pid = os.fork()
        if pid == 0:
            asking.close()
            become(request, [socket.socket(fileno=number) for number in descriptors], shell)
        _forked.add(pid)
        for number in descriptors:
            os.close(number)
        pidfd = os.pidfd_open(pid)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGCHLD])
        socket.send_fds(asking, [pid.to_bytes(8, "big")], [pidfd])
        os.close(pidfd)


_forked: set[int] = set()


def _reap(*_: Any) -> None:
    """Take leave of the children that have ended, and end what a learner's process has left behind."""
    for pid in tree.reap_children():
        _forked.discard(pid)
    for pid in set(tree.find_children(os.getpid())) - _forked:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def become(request: dict[str, Any], sockets: list[socket.socket], shell: Any) -> None:
    """Be one side of the verdict, and end with it."""
    try:
        os.setsid()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGCHLD])
        null = os.open(os.devnull, os.O_RDWR)
        for number in range(3):
            os.dup2(null, number)
        os.environ.clear()
        os.environ.update(request["env"])
        os.chdir(request["cwd"])
        tempfile.tempdir = None
        # As in a notebook, files beside it can be imported.
        sys.path.insert(0, "")
        # The walls of one submission go here: kit.sandbox.enter_inner, before the learner's first cell.
        refresh_libraries()
        draw_figures()
        if request["role"] == "student":
            student.Student(shell, *sockets).serve()
        else:
            tester.main(shell, sockets[0])
    finally:
        os._exit(0)


def _prepare_matplotlib() -> None:
    matplotlib: Any = sys.modules.get("matplotlib")
    if matplotlib is not None:
        matplotlib._kit_warm_fname = matplotlib.matplotlib_fname()


if __name__ == "__main__":
    main()
