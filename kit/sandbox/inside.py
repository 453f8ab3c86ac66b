"""How it looks behind the walls: who one is there, where home is, what a layout is.

Imports nothing of `kit`: it is needed by the warden at each start, and behind the walls, too.
"""

from __future__ import annotations

# The working directory lies below home, where no interpreter of ours can be.
MB = 1_000_000
USER, UID, HOME, WORK = "student", 1000, "/home/student", "/home/student/work"

_FILES = {
    "/etc/passwd": f"{USER}:x:{UID}:{UID}::{HOME}:/bin/sh\n",
    "/etc/group": f"{USER}:x:{UID}:\n",
    "/etc/hosts": "127.0.0.1 localhost\n",
    "/etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
}
#: What programs read of a machine where /proc is not their own.
MACHINE_FILES = ("/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/proc/loadavg", "/proc/version")
DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")


class Layout:
    """What is shown.

    Parameters
    ----------
    shown
        Paths that are shown read-only, each in its own place; parents come before children.
    links
        Symbolic links to make: path, and what it says.
    files
        Small files to make: path, and what is in them.
    """

    # Not a dataclass: importing dataclasses would cost each start of a warden.
    def __init__(
        self,
        shown: tuple[str, ...],
        links: tuple[tuple[str, str], ...] = (),
        files: tuple[tuple[str, str], ...] = tuple(_FILES.items()),
    ) -> None:
        self.shown, self.links, self.files = shown, links, files
