"""What came of executing a submission, and the way to stop it: what tests inside and tests outside share.

Who executes it is in `kit.grading.inside` and `kit.grading.outside`. Which marks the outcome earns is left to
`kit.grading.verdict`.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output

#: Errors that are written into a cell which did not run to its end; no exception has these names.
DIED, TIMED_OUT, OUT_OF_MEMORY, NOT_RUN = "KernelDied", "OutOfTime", "OutOfMemory", "NotRun"
STOPPED = frozenset({DIED, TIMED_OUT, OUT_OF_MEMORY, NOT_RUN})

# A notebook that kills its kernel again and again is not worth more tries than this, and one for each test.
MAX_RESTARTS = 4


@dataclass(frozen=True)
class Execution:
    """What came of executing one notebook.

    Parameters
    ----------
    notebook
        The executed copy. A cell that did not run to its end has an error output named in ``STOPPED``.
    seconds
        From the start of the first kernel to the end of the last.
    events
        What stopped a cell, one plain sentence each.
    restarts
        How often a new kernel was started after one was lost.
    warm
        Whether the kernel had its libraries before the first cell.
    walls
        The walls that stood around the kernel.
    """

    notebook: NotebookNode
    seconds: float = 0.0
    events: tuple[str, ...] = ()
    restarts: int = 0
    warm: bool = False
    walls: str = "none"


class StoppedError(Exception):
    """Somebody asked for the end before the notebook came to its own."""


@dataclass
class Stop:
    """A way to end executions in other threads, kernels included."""

    asked: bool = False
    _running: set[tuple[asyncio.AbstractEventLoop, asyncio.Task[Any]]] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def ask(self) -> None:
        """End every execution that runs, and every one that would begin."""
        with self._lock:
            self.asked = True
            for loop, task in self._running:
                with contextlib.suppress(RuntimeError):
                    loop.call_soon_threadsafe(task.cancel)

    @contextlib.contextmanager
    def watch(self) -> Iterator[None]:
        """Let `ask` cancel the current task from here to the end of the block."""
        task = asyncio.current_task()
        assert task is not None
        entry = (asyncio.get_running_loop(), task)
        with self._lock:
            if self.asked:
                raise StoppedError
            self._running.add(entry)
        try:
            yield
        finally:
            with self._lock:
                self._running.discard(entry)


def make_error(name: str, text: str) -> NotebookNode:
    """Return the output of an error that nothing printed."""
    return new_output("error", ename=name, evalue=text, traceback=[f"{name}: {text}".rstrip(": ")])
