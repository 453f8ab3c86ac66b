"""A kernel that another process forked: like `subprocess.Popen`, but by process descriptor, not by number."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import select
import signal
import socket
from typing import Any

# Linux 6.9: a signal through a descriptor reaches the whole process group.
_PIDFD_SIGNAL_PROCESS_GROUP = 4
# What is reported when the server that could have told is gone as well.
UNKNOWN_EXIT = 1
_LAST_WORD_SECONDS = 1.0


class WarmProcess:
    """A forked kernel, as the one who asked for it sees it.

    Parameters
    ----------
    pid
        Its number, for people; signals go through the descriptor.
    pidfd
        Its process descriptor.
    connection
        The connection to the server, over which the exit code comes.
    """

    # LocalProvisioner closes these where a process has them.
    stdin = stdout = stderr = None

    def __init__(self, pid: int, pidfd: int, connection: socket.socket) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._pidfd = pidfd
        self._connection = connection

    def poll(self) -> int | None:
        """Return the exit code, or None while the kernel lives."""
        if self.returncode is None and self._ended(0):
            self.returncode = self._read_exit_code()
            self._close()
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end and return the exit code; TimeoutError when it does not come in time."""
        if self.returncode is None and not self._ended(timeout):
            raise TimeoutError(f"kernel {self.pid} has not ended after {timeout} s")
        code = self.poll()
        assert code is not None
        return code

    async def wait_async(self, seconds: float) -> int | None:
        """Return the exit code as soon as there is one, or None after some seconds."""
        if self.returncode is not None:
            return self.returncode
        loop = asyncio.get_running_loop()
        ended: asyncio.Future[None] = loop.create_future()
        # A descriptor of its own, since two may wait at once.
        watched = os.dup(self._pidfd)

        def wake() -> None:
            if not ended.done():
                ended.set_result(None)

        try:
            loop.add_reader(watched, wake)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(ended, seconds)
        finally:
            loop.remove_reader(watched)
            os.close(watched)
        return self.poll()

    def send_signal(self, number: int) -> None:
        """Send a signal to the kernel and to what it has started in its group."""
        if self.poll() is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            try:
                signal.pidfd_send_signal(self._pidfd, number, None, _PIDFD_SIGNAL_PROCESS_GROUP)
            except OSError as error:
                if isinstance(error, ProcessLookupError):
                    raise
                # An older kernel of the system. The process was alive a moment ago.
                os.killpg(self.pid, number)

    def terminate(self) -> None:
        """Ask the kernel to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End the kernel."""
        self.send_signal(signal.SIGKILL)

    def _ended(self, timeout: float | None) -> bool:
        poll = select.poll()
        poll.register(self._pidfd, select.POLLIN)
        return bool(poll.poll(None if timeout is None else int(timeout * 1000)))

    def _read_exit_code(self) -> int:
        data = b""
        self._connection.settimeout(_LAST_WORD_SECONDS)
        with contextlib.suppress(OSError):
            while not data.endswith(b"\n"):
                part = self._connection.recv(4096)
                if not part:
                    break
                data += part
        try:
            last: dict[str, Any] = json.loads(data)
            return int(last["ended"])
        except (ValueError, KeyError):
            return UNKNOWN_EXIT

    def _close(self) -> None:
        self._connection.close()
        with contextlib.suppress(OSError):
            os.close(self._pidfd)

    def __del__(self) -> None:
        """Let go of the descriptors; the kernel itself lives as long as this process."""
        if self.returncode is None:
            self._close()
