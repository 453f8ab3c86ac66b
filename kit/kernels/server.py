"""The fork server: a process that has the libraries loaded and forks itself into ready kernels.

It is run as a file, `python server.py '{"folder": …}'`, by the interpreter of the kernel's own environment. It
imports the standard library and installed packages only, never `kit` nor anything that is edited in place,
because what it has imported is what every kernel gets. It starts no thread, because a fork copies only the
thread that forks.

It answers on one Unix socket. A connection begins with a header of fixed length that says what is wanted; for a
kernel, the server forks at once and the child reads the rest of the request, after it has become the user who
asked. So nothing that one person sends is ever in the memory of another person's kernel.

The server is also the keeper of its children: it reaps them, tells whoever asked for them how they ended, and
ends them when whoever asked is gone.
"""

# ruff: noqa: E402
from __future__ import annotations

import sys

# A script's own folder comes first on its path; nothing may be imported from there by accident.
_HERE = __file__.rpartition("/")[0]
if sys.path and sys.path[0] in (_HERE, ""):
    del sys.path[0]

import contextlib
import gc
import importlib.util
import json
import os
import selectors
import signal
import socket
import struct
import time
from types import SimpleNamespace
from typing import Any

# The first bytes of every connection: protocol, what is wanted, and a digest of what the environment's
# variables would have changed at import. kit.kernels.client writes the same.
HEADER = struct.Struct("!8sc32s")
MAGIC = b"kitwarm1"
FORK, STATUS, STOP, KILL = b"F", b"S", b"Q", b"K"
HEADER_SECONDS = 5.0
_SO_PEERPIDFD = 77


def _load(name: str) -> Any:
    """Load a module that lies beside this file, without making a package of it."""
    spec = importlib.util.spec_from_file_location(f"_kit_warm_{name}", f"{_HERE}/{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


class Peer:
    """Whoever asked, as the operating system knows them."""

    def __init__(self, connection: socket.socket) -> None:
        size = struct.calcsize("3i")
        credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size)
        self.pid, self.uid, self.gid = struct.unpack("3i", credentials)
        self.pidfd = self._open(connection)

    def _open(self, connection: socket.socket) -> int:
        # Known from the moment of connecting where the kernel can tell (Linux 6.5), else by number.
        try:
            raw = connection.getsockopt(socket.SOL_SOCKET, _SO_PEERPIDFD, 4)
            pidfd: int = struct.unpack("i", raw)[0]
            os.set_inheritable(pidfd, False)
        except OSError:
            pidfd = os.pidfd_open(self.pid)
        return pidfd

    def close(self) -> None:
        """Let go of the process descriptor."""
        os.close(self.pidfd)


class Kernel:
    """A child that is alive, and whoever asked for it."""

    def __init__(self, pid: int, peer: Peer, connection: socket.socket) -> None:
        self.pid = pid
        self.pidfd = os.pidfd_open(pid)
        self.peer = peer
        self.connection = connection
        self.since = time.time()

    def end(self) -> None:
        """Kill the kernel and what it started. It is not reaped yet, so its number is still its own."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        # Before the child has made its session, the group of that number does not exist.
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.pidfd, signal.SIGKILL)


class Forked(BaseException):
    """Raised in the child, to leave the server's stack before it becomes a kernel."""

    def __init__(self, connection: socket.socket, peer: Peer) -> None:
        self.connection = connection
        self.peer = peer


class Server:
    """The loop: connections, children, and the people who asked for them."""

    def __init__(self, settings: dict[str, Any], listener: socket.socket) -> None:
        self.settings = settings
        self.listener = listener
        self.selector = selectors.DefaultSelector()
        self.waiting: dict[socket.socket, tuple[Peer, bytes, float]] = {}
        self.kernels: dict[int, Kernel] = {}
        self.started = time.time()
        self.last_used = time.monotonic()
        self.forks = 0
        self.listening = True
        self.libraries: Any = None
        listener.setblocking(False)
        self.selector.register(listener, selectors.EVENT_READ, self._accept)
        # A signal wakes the loop through this pair; without it, the loop would sleep on.
        self.waker, self.woken = socket.socketpair()
        self.waker.setblocking(False)
        self.woken.setblocking(False)
        signal.set_wakeup_fd(self.waker.fileno(), warn_on_full_buffer=False)
        self.selector.register(self.woken, selectors.EVENT_READ, lambda woken: woken.recv(64))

    # -- life -----------------------------------------------------------------------------------------

    def run(self) -> None:
        """Serve until idle, and after that keep the kernels that still live."""
        while self.listening or self.kernels:
            events = self.selector.select(self._patience())
            # Ends before beginnings: a restarted kernel takes over the sockets of the one before it.
            for key, _ in sorted(events, key=lambda event: event[0].fileobj is self.listener):
                # One event may have closed what a later one of the same round belongs to.
                if key.fd in self.selector.get_map():
                    key.data(key.fileobj)
            now = time.monotonic()
            for connection, (_, _, deadline) in list(self.waiting.items()):
                if now > deadline:
                    self._forget(connection)
            # A socket whose file was removed is one that nobody can find any more.
            lost = not os.path.exists(self.settings["socket"])  # noqa: PTH110
            if self.listening and (lost or self._idle_for(now) > self.settings["idle"]):
                self.stop_listening()

    def _idle_for(self, now: float) -> float:
        return 0.0 if self.kernels or self.waiting else now - self.last_used

    def _patience(self) -> float:
        if self.waiting:
            return HEADER_SECONDS
        # The slack keeps the loop from waking just before the time is up.
        return float(min(self.settings["idle"], 30)) + 0.05

    def stop_listening(self) -> None:
        """Take no more requests. Living kernels go on, and this process with them as their keeper."""
        if not self.listening:
            return
        self.listening = False
        self.selector.unregister(self.listener)
        remove_own_socket(self.settings["socket"], self.listener)
        self.listener.close()

    # -- requests -------------------------------------------------------------------------------------

    def _accept(self, listener: socket.socket) -> None:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        try:
            peer = Peer(connection)
        except OSError:
            connection.close()
            return
        allowed = self.settings["shared"] or peer.uid == os.getuid()
        crowded = sum(other.uid == peer.uid for other, _, _ in self.waiting.values()) >= 32
        if not allowed or crowded:
            peer.close()
            connection.close()
            return
        connection.setblocking(False)
        self.waiting[connection] = (peer, b"", time.monotonic() + HEADER_SECONDS)
        self.selector.register(connection, selectors.EVENT_READ, self._read_header)

    def _forget(self, connection: socket.socket) -> None:
        peer, _, _ = self.waiting.pop(connection)
        self.selector.unregister(connection)
        peer.close()
        connection.close()

    def _read_header(self, connection: socket.socket) -> None:
        peer, have, deadline = self.waiting[connection]
        try:
            data = connection.recv(HEADER.size - len(have))
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._forget(connection)
            return
        have += data
        self.waiting[connection] = (peer, have, deadline)
        if len(have) < HEADER.size:
            return
        magic, wanted, digest = HEADER.unpack(have)
        self.selector.unregister(connection)
        del self.waiting[connection]
        self.last_used = time.monotonic()
        if magic != MAGIC:
            self._refuse(connection, peer, "protocol", "another version of the protocol")
        elif wanted == FORK:
            self._fork(connection, peer, digest.decode("ascii", "replace"))
        else:
            self._govern(connection, peer, wanted)

    def _refuse(self, connection: socket.socket, peer: Peer, code: str, why: str) -> None:
        print(f"refused ({code}): {why}", file=sys.stderr, flush=True)
        send(connection, {"refused": code, "why": why})
        peer.close()
        connection.close()

    def _govern(self, connection: socket.socket, peer: Peer, wanted: bytes) -> None:
        if wanted == STATUS:
            send(connection, self.status(peer))
        elif wanted in (STOP, KILL) and peer.uid in (0, os.getuid()):
            self.stop_listening()
            if wanted == KILL:
                for kernel in self.kernels.values():
                    kernel.end()
            send(connection, {"stopped": True, "kernels": len(self.kernels)})
        else:
            send(connection, {"refused": "permission", "why": "only its owner can stop a server"})
        peer.close()
        connection.close()

    def status(self, peer: Peer) -> dict[str, Any]:
        """Describe the server; of the kernels, those of whoever asks."""
        mine = [k for k in self.kernels.values() if peer.uid in (0, k.peer.uid)]
        return {
            "pid": os.getpid(),
            "python": sys.executable,
            "shared": self.settings["shared"],
            "started": self.started,
            "forks": self.forks,
            "idle": self.settings["idle"],
            "loaded": self.libraries.loaded,
            "failed": self.libraries.failed,
            "seconds": self.libraries.seconds,
            "kernels": [
                {"pid": k.pid, "uid": k.peer.uid, "asked_by": k.peer.pid, "since": k.since}
                for k in mine
            ],
        }

    # -- kernels --------------------------------------------------------------------------------------

    def _fork(self, connection: socket.socket, peer: Peer, digest: str) -> None:
        if digest != self.settings["digest"]:
            self._refuse(
                connection, peer, "variables", "other variables that libraries read at import"
            )
            return
        changed = self.libraries.find_change()
        if changed:
            # First, so that whoever is refused does not find this server again.
            self.stop_listening()
            self._refuse(connection, peer, "changed", f"{changed} changed on disk")
            return
        tighter = find_confinement(peer.pid)
        if tighter:
            self._refuse(connection, peer, "confined", f"whoever asks has another {tighter}")
            return
        try:
            pid = os.fork()
        except OSError as error:
            self._refuse(connection, peer, "fork", str(error))
            return
        if pid == 0:
            self._leave()
            raise Forked(connection, peer)
        self.forks += 1
        kernel = Kernel(pid, peer, connection)
        self.kernels[pid] = kernel
        self.selector.register(kernel.pidfd, selectors.EVENT_READ, lambda _: self._reap(kernel))
        self.selector.register(peer.pidfd, selectors.EVENT_READ, lambda _: self._orphaned(kernel))

    def _leave(self) -> None:
        """In the child: close what belongs to the server."""
        signal.set_wakeup_fd(-1)
        for ours in (self.selector, self.listener, self.waker, self.woken):
            ours.close()
        for other, (someone, _, _) in self.waiting.items():
            other.close()
            someone.close()
        for kernel in self.kernels.values():
            kernel.connection.close()
            os.close(kernel.pidfd)
            kernel.peer.close()
        self.waiting.clear()
        self.kernels.clear()

    def _orphaned(self, kernel: Kernel) -> None:
        self.selector.unregister(kernel.peer.pidfd)
        kernel.end()

    def _reap(self, kernel: Kernel) -> None:
        self.selector.unregister(kernel.pidfd)
        with contextlib.suppress(KeyError):
            self.selector.unregister(kernel.peer.pidfd)
        _, status = os.waitpid(kernel.pid, 0)
        del self.kernels[kernel.pid]
        send(kernel.connection, {"ended": os.waitstatus_to_exitcode(status)})
        kernel.connection.close()
        kernel.peer.close()
        os.close(kernel.pidfd)
        self.last_used = time.monotonic()


def send(connection: socket.socket, message: dict[str, Any]) -> None:
    """Send a short answer; whoever asked may be gone, or not be reading, and neither may hold us up."""
    with contextlib.suppress(OSError):
        connection.setblocking(False)
        connection.sendall(json.dumps(message).encode() + b"\n")


def find_confinement(pid: int) -> str | None:
    """Name what walls process `pid` in differently from this one, or return None.

    A kernel runs inside this process's walls. Whoever sits behind others (a container, a sandbox that can
    see the socket) would get out of theirs by asking for one.
    """
    for name in ("mnt", "net", "user", "ipc", "uts"):
        if _read_link(f"/proc/{pid}/ns/{name}") != _read_link(f"/proc/self/ns/{name}"):
            return f"{name} namespace"
    # A thread's own pid namespace is the one it was born in; that for its children can be another one.
    for name in ("pid", "pid_for_children"):
        if _read_link(f"/proc/{pid}/ns/{name}") != _read_link("/proc/self/ns/pid"):
            return "pid namespace"
    if _read_link(f"/proc/{pid}/root") != _read_link("/proc/self/root"):
        return "root directory"
    theirs, ours = _read_walls(pid), _read_walls(os.getpid())
    for name in ("NoNewPrivs", "Seccomp", "Seccomp_filters"):
        if theirs.get(name) != ours.get(name):
            return name
    return None


def _read_link(path: str) -> str | None:
    try:
        return os.readlink(path)  # noqa: PTH115
    except OSError:
        return None


def _read_walls(pid: int) -> dict[str, str]:
    try:
        with open(f"/proc/{pid}/status", encoding="utf-8") as file:  # noqa: PTH123 - pathlib is not loaded here
            return dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)
    except OSError:
        return {}


def remove_own_socket(path: str, listener: socket.socket) -> None:
    """Remove the socket's file, unless a successor has put its own in the place."""
    with contextlib.suppress(OSError):
        if _inode(path) == _INODES.get(listener.fileno()):
            os.unlink(path)  # noqa: PTH108


_INODES: dict[int, int] = {}


def _inode(path: str) -> int:
    return os.stat(path).st_ino  # noqa: PTH116


def listen(path: str, shared: bool) -> socket.socket:
    """Bind the socket under a name of its own and move it into place, so that it answers once it is seen."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    early = f"{path}.{os.getpid()}"
    listener.bind(early)
    os.chmod(early, 0o666 if shared else 0o600)  # noqa: PTH101
    listener.listen(128)
    _INODES[listener.fileno()] = _inode(early)
    os.rename(early, path)  # noqa: PTH104
    return listener


def begin_again(settings: dict[str, Any], listener: socket.socket, name: str) -> None:
    """Start over, as the same process on the same socket, without a library that can't be forked from."""
    if name not in settings["preload"]:
        raise SystemExit(
            f"{name} starts a thread when it is imported, and no kernel can do without it"
        )
    listener.set_inheritable(True)
    left_out = settings.get("left_out", {}) | {name: "starts a thread when it is imported"}
    rest = [other for other in settings["preload"] if other != name]
    again = settings | {"preload": rest, "left_out": left_out, "listener": listener.fileno()}
    os.execv(sys.executable, [*sys.orig_argv[:-1], json.dumps(again)])


def _on_terminate(server: Server) -> Any:
    return lambda *_: server.stop_listening()


def main(settings: dict[str, Any]) -> None:
    """Listen, load, and serve until idle; in a child, become a kernel."""
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    os.umask(0o077)
    os.chdir("/")
    if "listener" in settings:
        listener = socket.socket(fileno=settings["listener"])
        listener.set_inheritable(False)
        _INODES[listener.fileno()] = _inode(settings["socket"])
    else:
        listener = listen(settings["socket"], settings["shared"])
    if settings["daemon"] and "listener" not in settings:
        # Whoever started us waits for this end of the first process: the socket answers from now on.
        if os.fork():
            os._exit(0)
        os.setsid()
    server = Server(settings, listener)
    signal.signal(signal.SIGTERM, _on_terminate(server))
    # Loaded before the fork, as all that a child needs.
    child, libraries = _load("child"), _load("libraries")
    parts = SimpleNamespace(identity=_load("identity"), refresh=_load("refresh"))
    try:
        server.libraries = libraries.load(settings["preload"], settings.get("left_out", {}))
    except libraries.StartsThreadsError as error:
        begin_again(settings, listener, str(error))
    parts.libraries = server.libraries
    parts.kernel = _load("kernel")
    parts.kernel.prepare()
    gc.collect()
    gc.freeze()
    try:
        server.run()
    except Forked as forked:
        connection, peer = forked.connection, forked.peer
    else:
        # Nothing of the prepared kernel may run at the end of a server.
        sys.stderr.flush()
        os._exit(0)
    del server, listener
    child.become_kernel(connection, peer, settings["shared"], parts)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
