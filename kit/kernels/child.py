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
import locale
import os
import resource
import select
import signal
import site
import socket
import struct
import sys
import tempfile
import threading
import time
import traceback
from typing import Any

REQUEST_SECONDS = 20.0
LARGEST_REQUEST = 16 * 2**20
_SO_PEERGROUPS = 59
_PR_SET_NAME = 15
_PR_SET_DUMPABLE = 4


class RefusalError(Exception):
    """Why this child can't be the kernel that was asked for; a cold one is started instead."""


def become_kernel(
    connection: socket.socket, peer: Any, shared: bool, kernel: Any, libraries: Any
) -> None:
    """Turn this process into the kernel that `peer` asks for, run it, and end the process with it."""
    status = 1
    try:
        os.setsid()
        take_signals()
        take_limits(peer.pid, privileged=shared)
        if shared:
            become_user(connection, peer)
        request, descriptors = receive(connection)
        try:
            settle(request, descriptors, libraries)
        except Exception as error:
            answer(connection, {"refused": "request", "why": str(error)})
            raise
        if request["lifeline"]:
            hold_lifeline(peer.pidfd, request["sockets"])
        else:
            peer.close()
        refresh_libraries()
        status = kernel.run(request["argv"], lambda: announce(connection))
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


# -- who asks ---------------------------------------------------------------------------------------------


def take_signals() -> None:
    """Restore what the server changed of the handling of signals."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])


def take_limits(pid: int, *, privileged: bool) -> None:
    """Take over the limits, processors, priority and file mode mask of process `pid`."""
    for name in dir(resource):
        if not name.startswith("RLIMIT_"):
            continue
        kind = getattr(resource, name)
        with contextlib.suppress(OSError, ValueError):
            soft, hard = resource.prlimit(pid, kind)
            if (soft, hard) == resource.getrlimit(kind):
                continue
            if not privileged:
                ceiling = resource.getrlimit(kind)[1]
                hard, soft = _smaller(hard, ceiling), _smaller(soft, _smaller(hard, ceiling))
            resource.setrlimit(kind, (soft, hard))
    with contextlib.suppress(OSError):
        os.sched_setaffinity(0, os.sched_getaffinity(pid))
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, os.getpriority(os.PRIO_PROCESS, pid))
    _take_umask(pid)
    if privileged:
        _take_cgroup(pid)
        with contextlib.suppress(OSError):
            _copy_text(f"/proc/{pid}/oom_score_adj", "/proc/self/oom_score_adj")


def _take_umask(pid: int) -> None:
    try:
        with open(f"/proc/{pid}/status", encoding="utf-8") as file:  # noqa: PTH123
            masks = [line.split()[1] for line in file if line.startswith("Umask:")]
    except OSError:
        masks = []
    os.umask(int(masks[0], 8) if masks else 0o022)


def _smaller(a: int, b: int) -> int:
    if a == resource.RLIM_INFINITY:
        return b
    return a if b == resource.RLIM_INFINITY else min(a, b)


def _take_cgroup(pid: int) -> None:
    """Count what the kernel uses against whoever asked, where control groups of version 2 are mounted."""
    with contextlib.suppress(OSError, StopIteration):
        with open(f"/proc/{pid}/cgroup", encoding="utf-8") as file:  # noqa: PTH123
            group = next(line for line in file if line.startswith("0::")).strip()[3:]
        with open(f"/sys/fs/cgroup{group}/cgroup.procs", "w", encoding="utf-8") as file:  # noqa: PTH123
            file.write(str(os.getpid()))


def _copy_text(source: str, target: str) -> None:
    with open(source, encoding="utf-8") as file:  # noqa: PTH123
        text = file.read()
    with open(target, "w", encoding="utf-8") as file:  # noqa: PTH123
        file.write(text)


def become_user(connection: socket.socket, peer: Any) -> None:
    """Give up the server's user for that of the peer, for good."""
    os.setgroups(_groups(connection, peer))
    os.setresgid(peer.gid, peer.gid, peer.gid)
    os.setresuid(peer.uid, peer.uid, peer.uid)
    if os.getresuid() != (peer.uid,) * 3 or os.getresgid() != (peer.gid,) * 3:
        raise PermissionError("the kernel could not become the user who asked for it")
    # A process that changed its user may not look into its own /proc until it says that it may.
    ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 1, 0, 0, 0)


def _groups(connection: socket.socket, peer: Any) -> list[int]:
    """Return the groups that the peer had when it connected, which can be fewer than its user's."""
    if peer.uid == 0:
        return os.getgroups()
    raw = connection.getsockopt(socket.SOL_SOCKET, _SO_PEERGROUPS, 65536 * 4 // 64)
    return list(struct.unpack(f"{len(raw) // 4}I", raw))


# -- what is asked ----------------------------------------------------------------------------------------


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


def announce(connection: socket.socket) -> None:
    """Tell whoever asked that the kernel can be connected to, and hand over its process descriptor."""
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
        ctypes.CDLL(None).prctl(_PR_SET_NAME, b"warm-kernel", 0, 0, 0)


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


# -- what libraries have read before ------------------------------------------------------------------------


def refresh_libraries() -> None:
    """Apply again what libraries took from the environment, or from chance, when they were imported."""
    time.tzset()
    with contextlib.suppress(locale.Error):
        # A new interpreter does this, and no more than this.
        locale.setlocale(locale.LC_CTYPE, "")
    site.USER_SITE = site.USER_BASE = None
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    # Every kernel would otherwise accept the connections of every other one.
    if "multiprocessing.process" in sys.modules:
        process = sys.modules["multiprocessing.process"].current_process()
        process._config["authkey"] = sys.modules["multiprocessing.process"].AuthenticationString(
            os.urandom(32)
        )
    for refresh in (_reseed, _set_threads, _refresh_matplotlib):
        try:
            refresh()
        except Exception:
            # Not worth a kernel, but worth a line in the log of whoever asked.
            traceback.print_exc(file=sys.__stderr__)


def _reseed() -> None:
    # Python's own generator does this by itself after a fork.
    if "numpy.random" in sys.modules:
        sys.modules["numpy.random"].seed()
    if "torch" in sys.modules:
        sys.modules["torch"].seed()


def _set_threads() -> None:
    asked = os.environ["OMP_NUM_THREADS"].partition(",")[0]
    count = int(asked) if asked.isdigit() and int(asked) > 0 else 1
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(count)
    if count > 1 and "threadpoolctl" in sys.modules:
        sys.modules["threadpoolctl"].threadpool_limits(count)


def _refresh_matplotlib() -> None:
    matplotlib: Any = sys.modules.get("matplotlib")
    if matplotlib is None:
        return
    for cached in (matplotlib.get_configdir, matplotlib.get_cachedir):
        _forget_result(cached)
    if matplotlib.matplotlib_fname() != matplotlib._kit_warm_fname:
        matplotlib.rc_file(matplotlib.matplotlib_fname())
    os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    matplotlib.rcParams["backend"] = os.environ["MPLBACKEND"]


def _forget_result(function: Any) -> None:
    """Make one of matplotlib's functions that remember their result look again."""
    if hasattr(function, "cache_clear"):
        function.cache_clear()
        return
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        if name == "called":
            cell.cell_contents = False
