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


def _load(name: str) -> Any:
    """Load a module that lies beside this file, without making a package of it."""
    spec = importlib.util.spec_from_file_location(f"_kit_warm_{name}", f"{_HERE}/{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


keepers, listeners, peers = _load("keeper"), _load("listener"), _load("peer")


class Server:
    """The loop: connections, what they want, and when to end."""

    def __init__(self, settings: dict[str, Any], listener: Any) -> None:
        self.settings = settings
        self.listener = listener
        self.selector = selectors.DefaultSelector()
        self.waiting: dict[socket.socket, tuple[Any, bytes, float]] = {}
        self.keeper = keepers.Keeper(self.selector)
        self.started = time.time()
        self.last_used = time.monotonic()
        self.listening = True
        self.libraries: Any = None
        listener.socket.setblocking(False)
        self.selector.register(listener.socket, selectors.EVENT_READ, self._accept)
        # A signal wakes the loop through this pair; without it, the loop would sleep on.
        self.waker, self.woken = socket.socketpair()
        self.waker.setblocking(False)
        self.woken.setblocking(False)
        signal.set_wakeup_fd(self.waker.fileno(), warn_on_full_buffer=False)
        self.selector.register(self.woken, selectors.EVENT_READ, lambda woken: woken.recv(64))

    # -- life -----------------------------------------------------------------------------------------

    def run(self) -> None:
        """Serve until idle, and after that keep the kernels that still live."""
        while self.listening or self.keeper.kernels:
            events = self.selector.select(self._patience())
            # Ends before beginnings: a restarted kernel takes over the sockets of the one before it.
            for key, _ in sorted(
                events, key=lambda event: event[0].fileobj is self.listener.socket
            ):
                # One event may have closed what a later one of the same round belongs to.
                if key.fd in self.selector.get_map():
                    key.data(key.fileobj)
            now = time.monotonic()
            for connection, (_, _, deadline) in list(self.waiting.items()):
                if now > deadline:
                    self._forget(connection)
            idle = self._idle_for(now) > self.settings["idle"]
            if self.listening and (idle or self.listener.is_lost):
                self.stop_listening()

    def _idle_for(self, now: float) -> float:
        busy = self.keeper.kernels or self.waiting
        return 0.0 if busy else now - max(self.last_used, self.keeper.last_end)

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
        self.selector.unregister(self.listener.socket)
        self.listener.leave()

    # -- requests -------------------------------------------------------------------------------------

    def _accept(self, listener: socket.socket) -> None:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        try:
            peer = peers.Peer(connection)
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

    def _say_no(self, connection: socket.socket, code: str, why: str) -> None:
        print(f"refused ({code}): {why}", file=sys.stderr, flush=True)
        keepers.send(connection, {"refused": code, "why": why})

    def _refuse(self, connection: socket.socket, peer: Any, code: str, why: str) -> None:
        self._say_no(connection, code, why)
        peer.close()
        connection.close()

    def _govern(self, connection: socket.socket, peer: Any, wanted: bytes) -> None:
        if wanted == STATUS:
            keepers.send(connection, self.status(peer))
        elif wanted in (STOP, KILL) and peer.uid in (0, os.getuid()):
            self.stop_listening()
            if wanted == KILL:
                for kernel in self.keeper.kernels.values():
                    kernel.end()
            keepers.send(connection, {"stopped": True, "kernels": len(self.keeper.kernels)})
        else:
            keepers.send(
                connection, {"refused": "permission", "why": "only its owner can stop a server"}
            )
        peer.close()
        connection.close()

    def status(self, peer: Any) -> dict[str, Any]:
        """Describe the server; of the kernels, those of whoever asks."""
        mine = [k for k in self.keeper.kernels.values() if peer.uid in (0, k.peer.uid)]
        return {
            "pid": os.getpid(),
            "python": sys.executable,
            "shared": self.settings["shared"],
            "started": self.started,
            "forks": self.keeper.forks,
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

    def _fork(self, connection: socket.socket, peer: Any, digest: str) -> None:
        if digest != self.settings["digest"]:
            self._refuse(
                connection, peer, "variables", "other variables that libraries read at import"
            )
            return
        tighter = peers.find_confinement(peer.pid)
        if tighter:
            self._refuse(connection, peer, "confined", f"whoever asks has another {tighter}")
            return
        try:
            kernel = self.keeper.fork(connection, peer)
        except OSError as error:
            self._refuse(connection, peer, "fork", str(error))
            return
        except keepers.Forked:
            self._leave()
            raise
        # Looked for while the child makes itself ready, on another processor; it waits for what is found.
        changed = self.libraries.find_change()
        if changed:
            # First, so that whoever is refused does not find this server again.
            self.stop_listening()
            kernel.refuse()
            self._say_no(connection, "changed", f"{changed} changed on disk")
        else:
            kernel.approve()

    def _leave(self) -> None:
        """In the child: close what belongs to the server."""
        signal.set_wakeup_fd(-1)
        for ours in (self.selector, self.listener, self.waker, self.woken):
            ours.close()
        for other, (someone, _, _) in self.waiting.items():
            other.close()
            someone.close()
        self.waiting.clear()


def begin_again(settings: dict[str, Any], listener: Any, name: str) -> None:
    """Start over, as the same process on the same socket, without a library that can't be forked from."""
    if name not in settings["preload"]:
        raise SystemExit(
            f"{name} starts a thread when it is imported, and no kernel can do without it"
        )
    listener.socket.set_inheritable(True)
    left_out = settings.get("left_out", {}) | {name: "starts a thread when it is imported"}
    rest = [other for other in settings["preload"] if other != name]
    again = settings | {"preload": rest, "left_out": left_out, "listener": listener.socket.fileno()}
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
        listener = listeners.Listener.adopt(settings["socket"], settings["listener"])
    else:
        listener = listeners.Listener.bind(settings["socket"], shared=settings["shared"])
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
    parts.kernel, parts.arguments = _load("kernel"), _load("arguments")
    parts.kernel.prepare(_load("history").PatientHistory)
    _load("memory").settle_memory()
    try:
        server.run()
    except keepers.Forked as forked:
        connection, peer, verdict = forked.connection, forked.peer, forked.verdict
    else:
        # Nothing of the prepared kernel may run at the end of a server.
        sys.stderr.flush()
        os._exit(0)
    del server, listener
    child.become_kernel(connection, peer, verdict, settings["shared"], parts)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
