"""The memory of a kernel and of every process below it, seen from outside.

A sampler adds up the resident memory of the tree. Short peaks fall between two samples; on Linux the
kernel process's own high-water mark fills that gap, but only when it rose during the cell, because
resetting it would change what the notebook itself can measure (``ru_maxrss``).
"""

from __future__ import annotations

import contextlib
import re
import threading
from pathlib import Path

import psutil

INTERVAL = 0.05
_HIGH_WATER = re.compile(r"^VmHWM:\s+(\d+) kB", re.MULTILINE)


def process_tree(pid: int) -> list[psutil.Process]:
    """Return a process and all processes below it that are alive, the root first."""
    try:
        root = psutil.Process(pid)
    except psutil.Error:
        return []
    try:
        return [root, *root.children(recursive=True)]
    except psutil.Error:
        return [root]


def _children(pid: int) -> list[int]:
    """Return the ids of the direct children of a process.

    psutil reads the whole process table for that, which is too slow to do 20 times a second.
    """
    tasks = Path(f"/proc/{pid}/task")
    if not tasks.is_dir():
        return [process.pid for process in process_tree(pid)[1:]]
    found: list[int] = []
    with contextlib.suppress(OSError):
        for task in tasks.iterdir():
            with contextlib.suppress(OSError):
                found.extend(map(int, (task / "children").read_text().split()))
    return found


def resident_bytes(pid: int) -> int:
    """Return the resident memory of a process and of every process below it, in bytes.

    Pages that several of them share are counted once for each.
    """
    total, waiting = 0, [pid]
    while waiting:
        current = waiting.pop()
        with contextlib.suppress(psutil.Error):
            total += psutil.Process(current).memory_info().rss
            waiting.extend(_children(current))
    return total


def high_water_bytes(pid: int) -> int | None:
    """Return the most memory one process ever had resident, in bytes; None where that is not kept."""
    try:
        match = _HIGH_WATER.search(Path(f"/proc/{pid}/status").read_text())
    except OSError:
        return None
    return int(match[1]) * 1024 if match else None


class MemoryMeter:
    """Watch a process tree from `__enter__` to `__exit__`, and give the peak of each lap.

    Examples
    --------
    >>> import os
    >>> with MemoryMeter(os.getpid()) as meter:
    ...     data = b"x" * 50_000_000
    ...     peak = meter.lap()
    >>> peak > 50_000_000
    True
    """

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._peak = 0
        self._mark = high_water_bytes(pid)
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._sample, name=f"memory of {pid}", daemon=True)

    def __enter__(self) -> MemoryMeter:
        """Start sampling."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop sampling and wait for the sampler."""
        self._stop.set()
        self._thread.join()

    def _sample(self) -> None:
        while not self._stop.wait(INTERVAL):
            self._look()

    def _look(self) -> None:
        now = resident_bytes(self.pid)
        with self._lock:
            self._peak = max(self._peak, now)

    def lap(self) -> int:
        """Return the peak since the last lap, in bytes, and start the next one."""
        self._look()
        mark = high_water_bytes(self.pid)
        with self._lock:
            peak, self._peak = self._peak, 0
            if mark is not None and self._mark is not None and mark > self._mark:
                peak = max(peak, mark)
            self._mark = mark if mark is not None else self._mark
        return peak
