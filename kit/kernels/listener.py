"""The socket on which a fork server is found: a file that is there only while somebody answers behind it."""

from __future__ import annotations

import contextlib
import os
import socket


class Listener:
    """A listening Unix socket that lies in its place, and leaves it to a successor.

    Parameters
    ----------
    path
        Where clients look for it.
    bound
        The socket.
    """

    def __init__(self, path: str, bound: socket.socket, inode: int) -> None:
        self.path = path
        self.socket = bound
        self._inode = inode

    @classmethod
    def bind(cls, path: str, *, shared: bool) -> Listener:
        """Bind a socket under a name of its own and move it into place, so that it answers once it is seen."""
        bound = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        early = f"{path}.{os.getpid()}"
        bound.bind(early)
        os.chmod(early, 0o666 if shared else 0o600)  # noqa: PTH101
        bound.listen(128)
        listener = cls(path, bound, _read_inode(early))
        os.rename(early, path)  # noqa: PTH104
        return listener

    @classmethod
    def adopt(cls, path: str, descriptor: int) -> Listener:
        """Take over the socket that this process had before it began again."""
        bound = socket.socket(fileno=descriptor)
        bound.set_inheritable(False)
        return cls(path, bound, _read_inode(path))

    @property
    def is_lost(self) -> bool:
        """Whether its file was removed, so that nobody can find it any more."""
        return not os.path.exists(self.path)  # noqa: PTH110

    def leave(self) -> None:
        """Take no more connections, and remove the file unless a successor has put its own in the place."""
        with contextlib.suppress(OSError):
            if _read_inode(self.path) == self._inode:
                os.unlink(self.path)  # noqa: PTH108
        self.close()

    def close(self) -> None:
        """Let go of the socket; its file stays."""
        self.socket.close()


def _read_inode(path: str) -> int:
    return os.stat(path).st_ino  # noqa: PTH116
