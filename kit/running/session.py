"""One notebook on its way through papermill: what to do, what was seen, and how to stop it."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from kit.running.judgement import Observation


@dataclass
class Session:
    """One notebook on its way through papermill: what to do, and what was seen.

    Attributes
    ----------
    deadline
        Seconds that the whole notebook may take.
    seen
        Observations by the index of the cell in the executed notebook.
    failure
        Why there was no kernel at all, or why it was not well at the end; None if it was.
    notebook
        The executed notebook, before papermill adds its own marks.
    """

    cwd: Path
    timeout: float
    strict: bool
    allow: frozenset[str]
    warm: bool
    preload: Sequence[str] = ()
    watch: Callable[[int, int], None] | None = None
    seen: dict[int, Observation] = field(default_factory=dict)
    failure: str | None = None
    summary: dict[str, Any] = field(default_factory=dict)
    is_warm: bool = False
    notebook: NotebookNode | None = None
    _stopped: bool = False
    _running: tuple[asyncio.AbstractEventLoop, asyncio.Task[None]] | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def stopped(self) -> bool:
        """Whether somebody asked for the end."""
        return self._stopped

    def stop(self) -> None:
        """End the run from any thread, its kernel included."""
        with self._lock:
            self._stopped = True
            if self._running is not None:
                loop, task = self._running
                with contextlib.suppress(RuntimeError):
                    loop.call_soon_threadsafe(task.cancel)

    def enter(self) -> None:
        """Note the task that `stop` cancels."""
        task = asyncio.current_task()
        assert task is not None
        with self._lock:
            self._running = (asyncio.get_running_loop(), task)
            if self._stopped:
                task.cancel()

    def leave(self) -> None:
        """Forget that task; from here on the kernel is being ended anyway."""
        with self._lock:
            self._running = None
