"""Messages on a socket between two processes: a length, then so many bytes, within a limit and a deadline."""

from __future__ import annotations

import socket
import struct
import time

_LENGTH = struct.Struct("!Q")
LARGEST = 64 * 2**20


class ClosedError(Exception):
    """The other side is gone."""


class DeadlineError(Exception):
    """The other side did not answer in time."""


class TooLargeError(Exception):
    """The other side wants to send more than is taken."""


def send(connection: socket.socket, data: bytes, *, deadline: float | None = None) -> None:
    """Send one message.

    Raises
    ------
    ClosedError
        When the other side is gone.
    DeadlineError
        When it does not take the message before ``deadline``, a value of `time.monotonic`.
    """
    try:
        _limit(connection, deadline)
        connection.sendall(_LENGTH.pack(len(data)) + data)
    except TimeoutError:
        raise DeadlineError from None
    except OSError:
        raise ClosedError from None


def receive(
    connection: socket.socket, *, deadline: float | None = None, largest: int = LARGEST
) -> bytes:
    """Receive one message; errors as for `send`, and `TooLargeError`."""
    (size,) = _LENGTH.unpack(_read(connection, _LENGTH.size, deadline))
    if size > largest:
        raise TooLargeError
    return _read(connection, size, deadline)


def _read(connection: socket.socket, size: int, deadline: float | None) -> bytes:
    parts, left = [], size
    while left:
        try:
            _limit(connection, deadline)
            part = connection.recv(min(left, 1 << 20))
        except TimeoutError:
            raise DeadlineError from None
        except OSError:
            raise ClosedError from None
        if not part:
            raise ClosedError
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def _limit(connection: socket.socket, deadline: float | None) -> None:
    if deadline is None:
        connection.settimeout(None)
        return
    left = deadline - time.monotonic()
    if left <= 0:
        raise DeadlineError
    connection.settimeout(left)
