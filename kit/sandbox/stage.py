"""Where the walls are prepared: a folder with everything writable in it, and readable ways to the rest.

The folder is a file system of a limited size in memory, in a mount namespace that ends with the process
that made it, so nothing of it can be left behind. Where that is refused it is an ordinary folder, whose size
is watched.
"""

from __future__ import annotations

import contextlib
import os

from kit.sandbox import syscalls
from kit.sandbox.inside import Layout

# As type checkers want it: importing typing would cost each start of a warden.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# What systemd leaves to nobody: no account of a person or a service has a number in here.
_FREE_UIDS = range(1_879_048_192, 2_147_483_647)
PLACES = ("work", "home", "tmp", "shm")


class Stage:
    """A prepared place for one command.

    Parameters
    ----------
    disk
        Bytes that may be written.
    files
        Files and folders that may be made.
    namespace
        Whether to try a mount namespace.
    """

    def __init__(self, *, disk: int, files: int, namespace: bool) -> None:
        self.is_root = os.getuid() == 0
        self.uid = choose_uid() if self.is_root else os.getuid()
        self.gid = self.uid if self.is_root else os.getgid()
        self.base = f"/tmp/kit-walls-{os.urandom(6).hex()}"
        os.mkdir(self.base, 0o700)
        self.scratch = f"{self.base}/s"
        self.in_memory = False
        self.has_namespace = False
        self.prepared: dict[str, Any] = {}
        self._disk, self._files = disk, files
        if namespace:
            with contextlib.suppress(OSError):
                self._enter_namespace()
        self._make_places()

    def _enter_namespace(self) -> None:
        uid, gid = os.getuid(), os.getgid()
        if self.is_root:
            syscalls.unshare(syscalls.CLONE_NEWNS)
        else:
            syscalls.unshare(syscalls.CLONE_NEWUSER | syscalls.CLONE_NEWNS)
            syscalls.map_user(uid, gid, uid, gid)
        syscalls.make_mounts_private()
        flags = syscalls.MS_NOSUID | syscalls.MS_NODEV
        syscalls.mount("tmpfs", self.base, "tmpfs", flags, "size=4m,nr_inodes=2k,mode=755")
        self.has_namespace = True
        os.mkdir(self.scratch)
        # The four folders and the root count as well.
        size = f"size={self._disk},nr_inodes={self._files + len(PLACES) + 2},mode=755"
        syscalls.mount("tmpfs", self.scratch, "tmpfs", flags, size)
        self.in_memory = True

    def _make_places(self) -> None:
        os.chmod(self.base, 0o711)
        os.makedirs(self.scratch, exist_ok=True)
        os.chmod(self.scratch, 0o711)
        for place in PLACES:
            os.mkdir(f"{self.scratch}/{place}", 0o700)
            if self.is_root:
                os.chown(f"{self.scratch}/{place}", self.uid, self.gid)

    def prepare(self, layout: Layout, sockets: str | None) -> None:
        """Make ready what the child needs after it has become another user; kept in `prepared`."""
        self.prepared = {
            "sources": self.make_readable(layout),
            "files": self.write_files(layout),
            "sockets": self.make_way(sockets, "sockets") if sockets else None,
            "root": f"{self.base}/root",
        }
        os.mkdir(self.prepared["root"], 0o755)
        if sockets:
            self.hand_over(sockets)

    def make_readable(self, layout: Layout) -> dict[str, str]:
        """Give each shown path a way to it that an unknown user can walk; only root needs and can do that."""
        if not (self.is_root and self.has_namespace):
            return {}
        sources = {}
        for number, path in enumerate(layout.shown):
            if path.split("/")[1] not in ("usr", "bin", "sbin", "lib", "lib32", "lib64", "etc"):
                sources[path] = self.make_way(path, f"r{number}")
        return sources

    def make_way(self, path: str, name: str) -> str:
        """Bind one path to a place below the stage."""
        if not (self.is_root and self.has_namespace):
            return path
        way = f"{self.base}/{name}"
        if os.path.isdir(path):
            os.mkdir(way)
        else:
            os.close(os.open(way, os.O_CREAT | os.O_WRONLY, 0o644))
        syscalls.bind(path, way)
        return way

    def write_files(self, layout: Layout) -> dict[str, str]:
        """Write the small files of a layout; return where each lies."""
        folder = f"{self.base}/etc"
        os.mkdir(folder, 0o755)
        written = {}
        for path, text in layout.files:
            written[path] = f"{folder}/{os.path.basename(path)}"
            with open(written[path], "w", encoding="utf-8") as file:
                file.write(text)
            os.chmod(written[path], 0o644)
        return written

    def hand_over(self, folder: str) -> None:
        """Give a private folder and the files in it to the user of the command."""
        if not self.is_root:
            return
        flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
        descriptor = os.open(folder, flags)
        try:
            os.fchown(descriptor, self.uid, self.gid)
            for name in os.listdir(descriptor):
                os.chown(name, self.uid, self.gid, dir_fd=descriptor, follow_symlinks=False)
        finally:
            os.close(descriptor)

    def drop_user(self) -> None:
        """Become the user of the command, for good."""
        if self.is_root:
            os.setgroups([])
            os.setresgid(self.gid, self.gid, self.gid)
            os.setresuid(self.uid, self.uid, self.uid)
        # Otherwise /proc/self belongs to root, and the user namespace can't be mapped.
        syscalls.set_dumpable(True)

    def fill_state(self) -> tuple[int, int]:
        """Return how many bytes and how many files are still free in the file system in memory."""
        state = os.statvfs(self.scratch)
        return state.f_bavail * state.f_frsize, state.f_favail

    def remove(self) -> None:
        """Take everything away."""
        if self.has_namespace:
            for place in (self.scratch, self.base):
                with contextlib.suppress(OSError):
                    syscalls.unmount(place)
            with contextlib.suppress(OSError):
                os.rmdir(self.base)
        else:
            import shutil

            _open_up(self.base)
            shutil.rmtree(self.base, ignore_errors=True)


def _open_up(folder: str) -> None:
    """Make folders removable that were made unreadable."""
    for here, folders, _ in os.walk(folder):
        for name in folders:
            path = f"{here}/{name}"
            if not os.path.islink(path):
                with contextlib.suppress(OSError):
                    os.chmod(path, 0o700)


def choose_uid(uid_map: str | None = None) -> int:
    """Choose a user number that nobody has.

    In a container only some numbers exist; there it is one from the end of the largest range.

    Examples
    --------
    >>> choose_uid("0 0 4294967295") in _FREE_UIDS
    True
    >>> 60_000 <= choose_uid("0 100000 65536") < 65_536
    True
    """
    if uid_map is None:
        with open("/proc/self/uid_map", encoding="ascii") as file:
            uid_map = file.read()
    ranges = [tuple(map(int, line.split())) for line in uid_map.splitlines()]
    first, _, count = max(ranges, key=lambda each: each[2])
    if first <= _FREE_UIDS.start and first + count >= _FREE_UIDS.stop:
        return _FREE_UIDS[int.from_bytes(os.urandom(8), "big") % len(_FREE_UIDS)]
    if count < 1000:
        raise OSError("this container has no user number to spare")
    # 65534 is everybody that the container does not know.
    return first + count - 3 - int.from_bytes(os.urandom(8), "big") % min(5000, count // 2)
