"""The processes that descend from one: who they are, what they use, and their certain end."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import time

# As type checkers want it: importing typing would cost each start of a warden.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_TICK = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


class Usage:
    """What the living processes of a tree hold, and what the tree has used so far."""

    def __init__(self, tasks: int, memory: int, cpu_seconds: float) -> None:
        self.tasks, self.memory, self.cpu_seconds = tasks, memory, cpu_seconds


def find_descendants(root: int) -> list[int]:
    """Return the processes below one, nearest first."""
    found: list[int] = []
    pending = [root]
    while pending:
        children = find_children(pending.pop())
        found += children
        pending += children
    return found


def find_children(pid: int) -> list[int]:
    """Return the children of all threads of a process."""
    children: list[int] = []
    try:
        tasks = os.listdir(f"/proc/{pid}/task")
    except OSError:
        return []
    for task in tasks:
        try:
            with open(f"/proc/{pid}/task/{task}/children", "rb") as file:
                children += [int(child) for child in file.read().split()]
        except FileNotFoundError:
            # Gone, or a kernel without this file.
            if os.path.exists(f"/proc/{pid}/task/{task}/stat"):
                return _scan_for_children(pid)
        except OSError:
            continue
    return children


def _scan_for_children(pid: int) -> list[int]:
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit() and (fields := _read_stat(int(name))) and int(fields[1]) == pid:
            found.append(int(name))
    return found


def _read_stat(pid: int) -> list[bytes]:
    """Return the fields of /proc/PID/stat after the name, which may hold anything; empty when gone."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            return file.read().rpartition(b")")[2].split()
    except OSError:
        return []


class Meter:
    """Adds up what a tree uses, processes that have ended included."""

    def __init__(self) -> None:
        self._cpu: dict[tuple[int, bytes], float] = {}

    def measure(self, pids: Iterable[int]) -> Usage:
        """Read the present state of some processes.

        Memory is what is resident and not shared with a file. Pages that a fork shares with its parent
        are counted for both; `measure_exactly` shares them out.
        """
        tasks = memory = 0
        reaped = 0.0
        for pid in pids:
            fields = _read_stat(pid)
            if not fields:
                continue
            tasks += int(fields[17])
            self._cpu[pid, fields[19]] = (int(fields[11]) + int(fields[12])) / _TICK
            reaped += (int(fields[13]) + int(fields[14])) / _TICK
            with contextlib.suppress(OSError), open(f"/proc/{pid}/statm", "rb") as file:
                sizes = file.read().split()
                memory += max(0, int(sizes[1]) - int(sizes[2])) * _PAGE
        return Usage(tasks, memory, max(sum(self._cpu.values()), reaped))


def measure_exactly(pids: Iterable[int]) -> int:
    """Return the memory of some processes, each shared page once. Slow for large processes."""
    total = 0
    for pid in pids:
        with contextlib.suppress(OSError), open(f"/proc/{pid}/smaps_rollup", "rb") as file:
            for line in file:
                if line.startswith((b"Pss_Anon:", b"Pss_Shmem:")):
                    total += int(line.split()[1]) * 1024
    return total


def kill_descendants(root: int, seconds: float = 5.0) -> bool:
    """Kill everything below a process that is a subreaper; return whether nothing is left.

    A process that is found may start no other one from then on; so a tree that forks faster than it is
    walked comes to its end.
    """
    deadline = time.monotonic() + seconds
    while True:
        alive = find_descendants(root)
        for pid in alive:
            with contextlib.suppress(OSError, ValueError):
                resource.prlimit(pid, resource.RLIMIT_NPROC, (0, 0))
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        reap_children()
        if not alive:
            return True
        if time.monotonic() > deadline:
            return False
        time.sleep(0.002)


def kill_user(uid: int) -> None:
    """Kill every process of a user that nobody else uses; all at once, so that no fork escapes."""
    pid = os.fork()
    if not pid:
        try:
            os.setresuid(uid, uid, uid)
            os.kill(-1, signal.SIGKILL)
        finally:
            os._exit(0)
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, 0)


def reap_children() -> dict[int, int]:
    """Collect the children that have ended; return their wait statuses."""
    ended: dict[int, int] = {}
    with contextlib.suppress(ChildProcessError):
        while (result := os.waitpid(-1, os.WNOHANG))[0]:
            ended[result[0]] = result[1]
    return ended


def count_tasks_of_user(uid: int) -> int:
    """Return how many processes and threads a user has, which RLIMIT_NPROC counts."""
    tasks = 0
    for name in os.listdir("/proc"):
        if name.isdigit():
            with contextlib.suppress(OSError):
                if os.stat(f"/proc/{name}").st_uid == uid and (fields := _read_stat(int(name))):
                    tasks += int(fields[17])
    return tasks
