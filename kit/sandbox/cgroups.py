"""Control groups, version 1 and 2: limits on memory and processes that hold for a tree, where they can be set.

Found by doing: a group counts when it could be made and its limits were taken. As an ordinary user that
needs a part of the tree that was handed over (delegated), which systemd does for a user's own services.
"""

from __future__ import annotations

import contextlib
import os
import time
from dataclasses import dataclass
from pathlib import Path

_CONTROLLERS_V1 = ("memory", "pids", "cpuacct", "cpu")
_PERIOD = 100_000


@dataclass(frozen=True)
class _Limits:
    memory: int
    processes: int
    processors: float
    together: bool

    @property
    def quota(self) -> int:
        """Microseconds of processor time in each period."""
        return max(1000, int(self.processors * _PERIOD))


class Group:
    """One control group, or its parts in the hierarchies of version 1."""

    def __init__(self, version: int, folders: dict[str, Path] | None = None) -> None:
        self.version = version
        self.folders = dict(folders or {})

    def join(self, pid: int) -> None:
        """Move a process in; what it forks from then on is in, too."""
        for folder in set(self.folders.values()):
            (folder / "cgroup.procs").write_text(str(pid))

    @property
    def controls(self) -> frozenset[str]:
        """What the group limits or measures: memory, pids, cpuacct, cpu."""
        return frozenset(self.folders)

    def pids(self) -> list[int]:
        """Return the processes in the group."""
        for folder in self.folders.values():
            with contextlib.suppress(OSError):
                return [int(line) for line in (folder / "cgroup.procs").read_text().split()]
        return []

    def cpu_seconds(self) -> float | None:
        """Return the processor time used so far, or None where it is not measured."""
        if "cpuacct" not in self.folders:
            return None
        if self.version == 1:
            return int((self.folders["cpuacct"] / "cpuacct.usage").read_text()) / 1e9
        return _read_table(self.folders["cpuacct"] / "cpu.stat").get("usage_usec", 0) / 1e6

    def peak_memory(self) -> int | None:
        """Return the largest number of bytes held so far, or None where it is not measured."""
        if "memory" not in self.folders:
            return None
        name = "memory.max_usage_in_bytes" if self.version == 1 else "memory.peak"
        try:
            return int((self.folders["memory"] / name).read_text())
        except (OSError, ValueError):
            return None

    def ran_out_of_memory(self) -> bool:
        """Return whether the kernel had to kill something in the group."""
        if "memory" not in self.folders:
            return False
        name = "memory.oom_control" if self.version == 1 else "memory.events"
        return _read_table(self.folders["memory"] / name).get("oom_kill", 0) > 0

    def was_refused_processes(self) -> bool:
        """Return whether a fork was refused."""
        if "pids" not in self.folders:
            return False
        return _read_table(self.folders["pids"] / "pids.events").get("max", 0) > 0

    def stop_forks(self) -> None:
        """Let nothing in the group start another process."""
        if "pids" in self.folders:
            with contextlib.suppress(OSError):
                (self.folders["pids"] / "pids.max").write_text("0")

    def remove(self, seconds: float = 2.0) -> None:
        """Remove the group, which must be empty; the kernel may need a moment after the last process."""
        deadline = time.monotonic() + seconds
        for folder in set(self.folders.values()):
            while True:
                try:
                    folder.rmdir()
                except FileNotFoundError:
                    break
                except OSError:
                    if time.monotonic() > deadline:
                        break
                    time.sleep(0.005)
                else:
                    break


def make_group(
    name: str,
    *,
    memory: int,
    processes: int,
    processors: float = 0.0,
    together: bool = True,
) -> Group | None:
    """Make a group below one's own, or return None where there is no right to.

    Parameters
    ----------
    name
        Of the new folder.
    memory
        Bytes for all processes together, without any swap on top.
    processes
        Processes and threads together.
    processors
        How many of them all processes together may keep busy; 0 for no limit.
    together
        Whether all of the group ends when there is no memory left; otherwise the system chooses a process.
    """
    limits = _Limits(memory, processes, processors, together)
    mounts = _find_mounts()
    own = _own_paths()
    for mount, root in mounts.values():
        _sweep(mount, name.rpartition("-")[0])
        for path in own.values():
            _sweep(_place(mount, root, path), name.rpartition("-")[0])
    group = _make_v1(name, limits, mounts, own)
    if group is None and "" in mounts:
        group = _make_v2(name, limits, *mounts[""], own.get("", "/"))
    return group


def _sweep(parent: Path, prefix: str) -> None:
    """Remove the empty groups of wardens that were killed before they could."""
    for folder in parent.glob(f"{prefix}-*"):
        if not os.path.exists(f"/proc/{folder.name.rpartition('-')[2]}"):
            with contextlib.suppress(OSError):
                folder.rmdir()


def _find_mounts(mountinfo: str | None = None) -> dict[str, tuple[Path, str]]:
    """Return where each hierarchy is mounted, and which part of it; version 2 has an empty name.

    Examples
    --------
    >>> line = "31 25 0:27 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory"
    >>> _find_mounts(line)
    {'memory': (PosixPath('/sys/fs/cgroup/memory'), '/')}
    """
    if mountinfo is None:
        mountinfo = Path("/proc/self/mountinfo").read_text()
    found: dict[str, tuple[Path, str]] = {}
    for line in mountinfo.splitlines():
        before, _, after = line.partition(" - ")
        fields = before.split()
        kind, _, options = after.split()[:3]
        if kind == "cgroup2":
            found.setdefault("", (Path(fields[4]), fields[3]))
        elif kind == "cgroup":
            for option in options.split(","):
                if option in _CONTROLLERS_V1:
                    found.setdefault(option, (Path(fields[4]), fields[3]))
    return found


def _own_paths(text: str | None = None) -> dict[str, str]:
    """Return this process's place in each hierarchy.

    Examples
    --------
    >>> _own_paths("4:memory:/a" + chr(10) + "0::/b")
    {'memory': '/a', '': '/b'}
    """
    if text is None:
        text = Path("/proc/self/cgroup").read_text()
    own = {}
    for line in text.splitlines():
        _, controllers, path = line.split(":", 2)
        own.update(dict.fromkeys(controllers.split(","), path))
    return own


def _place(mount: Path, root: str, own: str) -> Path:
    """Return one's own folder; in a container the path may start at a root that can't be seen."""
    relative = own.removeprefix(root) if root != "/" and own.startswith(root) else own
    folder = mount / relative.lstrip("/")
    return folder if folder.is_dir() else mount


def _make_v1(
    name: str, limits: _Limits, mounts: dict[str, tuple[Path, str]], own: dict[str, str]
) -> Group | None:
    group = Group(1)
    memory = limits.memory
    settings: dict[str, dict[str, int]] = {
        "memory": {"memory.limit_in_bytes": memory, "memory.memsw.limit_in_bytes": memory},
        "pids": {"pids.max": limits.processes},
        "cpuacct": {},
    }
    if limits.processors:
        settings["cpu"] = {"cpu.cfs_period_us": _PERIOD, "cpu.cfs_quota_us": limits.quota}
    for controller, values in settings.items():
        if controller not in mounts:
            continue
        folder = _place(*mounts[controller], own.get(controller, "/")) / name
        # Where two are mounted together, the first has made the folder of both.
        shared = folder in group.folders.values()
        try:
            if not shared:
                folder.mkdir()
            for file, value in values.items():
                # Without accounting of swap there is no such file, and nothing to limit.
                if (folder / file).exists():
                    (folder / file).write_text(str(value))
            os.close(os.open(folder / "cgroup.procs", os.O_WRONLY))
        except OSError:
            if not shared:
                with contextlib.suppress(OSError):
                    folder.rmdir()
            continue
        group.folders[controller] = folder
    return group if group.folders else None


def _make_v2(name: str, limits: _Limits, mount: Path, root: str, own: str) -> Group | None:
    """Try one's own place and then each one above it: a place with processes in it can't be divided."""
    here = _place(mount, root, own)
    while True:
        folder = here / name
        try:
            with contextlib.suppress(OSError):
                (here / "cgroup.subtree_control").write_text("+memory +pids")
            if limits.processors:
                with contextlib.suppress(OSError):
                    (here / "cgroup.subtree_control").write_text("+cpu")
            folder.mkdir()
            (folder / "memory.max").write_text(str(limits.memory))
            (folder / "pids.max").write_text(str(limits.processes))
            extras = {"memory.swap.max": "0", "memory.oom.group": str(int(limits.together))}
            if limits.processors:
                extras["cpu.max"] = f"{limits.quota} {_PERIOD}"
            for file, value in extras.items():
                with contextlib.suppress(OSError):
                    (folder / file).write_text(value)
            _try_to_join(folder)
        except OSError:
            with contextlib.suppress(OSError):
                folder.rmdir()
        else:
            return Group(2, dict.fromkeys(("memory", "pids", "cpuacct"), folder))
        if here in (mount, here.parent):
            return None
        here = here.parent


def _try_to_join(folder: Path) -> None:
    """Move a process in and out of being; moving needs more rights than making the folder."""
    pid = os.fork()
    if not pid:
        try:
            (folder / "cgroup.procs").write_text("0")
        except BaseException:
            os._exit(1)
        os._exit(0)
    if os.waitpid(pid, 0)[1]:
        raise PermissionError(f"{folder}: a process can't be moved here")


def _read_table(path: Path) -> dict[str, int]:
    """Read a file of lines with a name and a number; empty when it has gone."""
    try:
        lines = path.read_text().splitlines()
    except OSError:
        return {}
    return {parts[0]: int(parts[1]) for line in lines if len(parts := line.split()) == 2}
