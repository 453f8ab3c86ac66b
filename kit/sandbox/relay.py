"""What a command prints, on its way to whoever asked, counted."""

from __future__ import annotations

import contextlib
import os
import select

# A pipe that is ready takes this much without making the writer wait.
_PIECE = select.PIPE_BUF
_READ = 1 << 16
_TAIL = 2000


class Relay:
    """Moves bytes from one descriptor to another, never waiting for either.

    Parameters
    ----------
    source
        Where the command writes to.
    target
        Where it goes; None: nowhere, but it is counted all the same.
    """

    def __init__(self, source: int, target: int | None) -> None:
        self.source: int | None = source
        self.target = target
        self.count = 0
        self.tail = b""
        self._waiting = b""
        self._poll: select.poll | None = None
        os.set_blocking(source, False)

    def register(self, poll: select.poll) -> None:
        """Say which descriptor is waited for: the target while something waits to be written."""
        self._poll = poll
        for descriptor, wanted, event in (
            (self.source, not self._waiting, select.POLLIN),
            (self.target, bool(self._waiting), select.POLLOUT),
        ):
            if descriptor is None:
                continue
            if wanted:
                poll.register(descriptor, event)
            else:
                _forget(poll, descriptor)

    def work(self, events: dict[int, int]) -> None:
        """Write and read what is ready."""
        if self.target is not None and self._waiting and self.target in events:
            self._write()
        if self.source is not None and not self._waiting and self.source in events:
            self._read()

    def _read(self) -> bool:
        assert self.source is not None
        try:
            data = os.read(self.source, _READ)
        except BlockingIOError:
            return False
        if not data:
            _forget(self._poll, self.source)
            os.close(self.source)
            self.source = None
            return False
        self.count += len(data)
        self.tail = (self.tail + data)[-_TAIL:]
        if self.target is not None:
            self._waiting = data
        return True

    def _write(self) -> None:
        assert self.target is not None
        try:
            written = os.write(self.target, self._waiting[:_PIECE])
        except OSError:
            # Nobody reads any more.
            _forget(self._poll, self.target)
            self.target, self._waiting = None, b""
        else:
            self._waiting = self._waiting[written:]

    def finish(self, seconds: float = 5.0) -> None:
        """Move what is left in the pipe after the last writer has ended."""
        while self.source is not None or self._waiting:
            if self._waiting:
                poll = select.poll()
                assert self.target is not None
                poll.register(self.target, select.POLLOUT)
                if not poll.poll(seconds * 1000):
                    return
                self._write()
            elif self.source is not None and not self._read():
                return


def _forget(poll: select.poll | None, descriptor: int) -> None:
    if poll is not None:
        with contextlib.suppress(KeyError):
            poll.unregister(descriptor)
