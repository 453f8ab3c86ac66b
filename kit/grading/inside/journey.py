"""One notebook from its first cell to its last, through as many kernels as it takes.

One kernel runs the whole notebook, tests and all: an ordinary one, as the user who grades, or one behind the
walls of `kit.sandbox`. What comes back is an executed notebook and nothing else.
"""

from __future__ import annotations

import asyncio
import copy
import time
from collections.abc import Sequence
from pathlib import Path

from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from kit.grading.cells import cell_kind
from kit.grading.execution import (
    DIED,
    MAX_RESTARTS,
    NOT_RUN,
    OUT_OF_MEMORY,
    TIMED_OUT,
    Execution,
    Stop,
    StoppedError,
    make_error,
)
from kit.grading.inside.kernel import Kernel, Place, start_kernel
from kit.grading.terms import Limits
from kit.i18n import gettext as _
from kit.i18n import ngettext
from kit.sandbox.tiers import Walls


def execute_inside(
    notebook: NotebookNode,
    *,
    cwd: Path,
    limits: Limits | None = None,
    preload: Sequence[str] = (),
    warm: bool = True,
    walls: Walls | None = None,
    stop: Stop | None = None,
    seed: int | None = None,
) -> Execution:
    """Execute a copy of a notebook whose author is not trusted, and go on past everything it does.

    A cell that kills the kernel, or does not end, costs itself: the cells before it are executed again in
    a new kernel, without it, and the cells after it follow.

    Parameters
    ----------
    notebook
        The notebook, repaired; it is not changed. Its kernelspec says which kernel.
    cwd
        The working directory, with the files that the notebook needs.
    limits
        Seconds for the whole notebook (once more, after a cell that did not end), and memory.
    preload
        Libraries that a warm kernel should have loaded.
    warm
        Use a warm kernel where there is one.
    walls
        Use a cold kernel behind these instead, from `kit.sandbox.choose_tier`. It sees a copy of ``cwd``.
    stop
        Ends the execution from another thread.
    seed
        The submission's own seed, in the environment variable ``KIT_SEED``.

    Raises
    ------
    KitError
        If there is no such kernel, or it does not start: a fault of this machine and not of the submission.
    StoppedError
        If ``stop`` was asked for.
    """
    place = Place(Path(cwd), limits or Limits(), preload, warm, walls, seed)
    journey = _Journey(copy.deepcopy(notebook), place, stop or Stop())
    return asyncio.run(journey.run())


class _Journey:
    """One notebook from its first cell to its last, through as many kernels as it takes."""

    def __init__(self, notebook: NotebookNode, place: Place, stop: Stop) -> None:
        self.notebook = notebook
        self.place = place
        self.stop = stop
        self.walls: str = place.walls.tier if place.walls else "none"
        self.events: list[str] = []
        self.kernels = 0
        self.is_warm = False
        self.end = float("inf")
        self.overtime = False
        self.done: list[int] = []
        tests = sum(cell_kind(cell) == "test" for cell in notebook.cells)
        self.most_kernels = MAX_RESTARTS + tests
        self.pending = [
            index
            for index, cell in enumerate(notebook.cells)
            if cell.cell_type == "code" and cell.source.strip()
        ]
        for cell in notebook.cells:
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None

    async def run(self) -> Execution:
        """Execute everything that can be executed."""
        began = time.monotonic()
        try:
            with self.stop.watch():
                while self.pending:
                    await self._use_one_kernel()
        except (asyncio.CancelledError, DeadKernelError):
            raise StoppedError from None
        return Execution(
            notebook=self.notebook,
            seconds=round(time.monotonic() - began, 3),
            events=tuple(self.events),
            restarts=max(0, self.kernels - 1),
            warm=self.is_warm,
            walls=self.walls,
        )

    async def _use_one_kernel(self) -> None:
        """Start a kernel, bring it to where the last one was, and go on for as long as it lives."""
        self.kernels += 1
        async with start_kernel(self.notebook, self.place) as kernel:
            self._give_time(kernel)
            for index in self.done:
                # Into a copy, so that what the cell showed the first time stays.
                cell = copy.deepcopy(self.notebook.cells[index])
                if await self._execute(kernel, cell, index) is not None:
                    self._abandon()
                    return
            while self.pending:
                index = self.pending.pop(0)
                cell = self.notebook.cells[index]
                stopped = await self._execute(kernel, cell, index)
                if stopped is None:
                    self.done.append(index)
                    continue
                self._note(index, stopped, str(kernel.hit or "") if stopped == DIED else "")
                if (stopped == TIMED_OUT and self.overtime) or self.kernels > self.most_kernels:
                    self._abandon()
                    return
                if stopped != TIMED_OUT:
                    return
                self.overtime = True
                if not await kernel.interrupt():
                    return
                kernel.client.deadline = self.end

    def _give_time(self, kernel: Kernel) -> None:
        """Note what the kernel is, and say until when it may run."""
        if self.place.walls is not None:
            self.walls = kernel.walls
        self.is_warm = kernel.is_warm
        now = time.monotonic()
        # A cell that did not end has used all of the time; the others get it once more, and that is all.
        seconds = self.place.limits.wall_seconds
        self.end = min(self.end, now + 2 * seconds)
        kernel.client.deadline = min(self.end, now + seconds)

    async def _execute(self, kernel: Kernel, cell: NotebookNode, index: int) -> str | None:
        """Execute one cell; return why it did not end, or None when it did."""
        try:
            await kernel.client.async_execute_cell(cell, index)
        except CellTimeoutError:
            return TIMED_OUT
        except DeadKernelError:
            # nbclient turns the cancelling of this task into a dead kernel.
            if self.stop.asked:
                raise
            return OUT_OF_MEMORY if kernel.is_out_of_memory() else DIED
        return None

    def _note(self, index: int, why: str, limit: str = "") -> None:
        reason = {
            TIMED_OUT: _("it did not end within {n:g} seconds").format(
                n=self.place.limits.wall_seconds
            ),
            OUT_OF_MEMORY: _("it used more than {n} MB of memory").format(
                n=self.place.limits.memory_mb
            ),
            DIED: _("it ended the Python process"),
        }[why]
        self.notebook.cells[index].outputs.append(make_error(why, limit or reason))
        number = index + 1
        self.events.append(
            _("Cell {number}: {sentence}").format(number=number, sentence=limit)
            if limit
            else _("Cell {number} was stopped: {reason}.").format(number=number, reason=reason)
        )

    def _abandon(self) -> None:
        """Give up on the cells that are left."""
        for index in self.pending:
            reason = _("the notebook was stopped before this cell")
            self.notebook.cells[index].outputs.append(make_error(NOT_RUN, reason))
        if self.pending:
            self.events.append(
                ngettext(
                    "The last code cell was not run.",
                    "The last {n} code cells were not run.",
                    len(self.pending),
                ).format(n=len(self.pending))
            )
        self.pending = []
