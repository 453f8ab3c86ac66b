"""The seam between grading and the code of a submission: who runs it, where, and within which limits.

One kernel runs the whole notebook, tests and all: an ordinary one, as the user who grades, or one behind the
walls of `kit.sandbox`. What comes back is an executed notebook and nothing else, so that a verdict from
outside of the kernel can take its place here without anyone else noticing. Which marks the outcome earns is
left to `kit.grading.verdict`.
"""

from __future__ import annotations

import asyncio
import contextlib
import copy
import logging
import os
import secrets
import threading
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import psutil
from jupyter_client.kernelspec import NoSuchKernel
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import new_output

import kit
from kit.errors import KitError
from kit.grading.cells import cell_kind
from kit.grading.terms import Limits
from kit.i18n import gettext as _
from kit.i18n import ngettext
from kit.running.kernel import (
    end_processes,
    kernel_environment,
    kernel_manager_class,
    private_folder,
    transport,
)
from kit.running.memory import process_tree, resident_bytes
from kit.sandbox.limits import LimitHit
from kit.sandbox.limits import Limits as WalledLimits
from kit.sandbox.tiers import Walls

#: Errors that this module writes into a cell which did not run to its end; no exception has these names.
DIED, TIMED_OUT, OUT_OF_MEMORY, NOT_RUN = "KernelDied", "OutOfTime", "OutOfMemory", "NotRun"
STOPPED = frozenset({DIED, TIMED_OUT, OUT_OF_MEMORY, NOT_RUN})

# A notebook that kills its kernel again and again is not worth more tries than this, and one for each test.
MAX_RESTARTS = 4
MAX_CELL_OUTPUT = 1_000_000
MAX_OUTPUT = 20_000_000
MEMORY_INTERVAL = 0.2
INTERRUPT_GRACE = 2.0
# A kernel behind walls has its two times, and this much to start.
START_SECONDS = 60
# In the environment of the kernel, and so of everything that it starts, to find what was left behind.
MARK = "KIT_SUBMISSION"

_quiet = logging.getLogger("kit.grading.quiet")
_quiet.addHandler(logging.NullHandler())
_quiet.propagate = False


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


def execute_submission(
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
    journey = _Journey(
        copy.deepcopy(notebook),
        Path(cwd),
        limits or Limits(),
        preload,
        warm,
        walls,
        stop or Stop(),
        seed,
    )
    return asyncio.run(journey.run())


class _Client(NotebookClient):
    """nbclient, with a limit on output, and errors written down even where nothing was shown."""

    def __init__(self, notebook: NotebookNode, **options: Any) -> None:
        self.deadline = 0.0
        self.cut: set[int] = set()
        self._size = 0
        self._cell_size = 0
        super().__init__(
            notebook,
            allow_errors=True,
            record_timing=False,
            store_widget_state=False,
            skip_cells_with_tag="",
            startup_timeout=120,
            iopub_timeout=10,
            shutdown_kernel="immediate",
            timeout_func=lambda _cell: max(0.001, self.deadline - time.monotonic()),
            on_cell_start=self._count_anew,
            on_cell_executed=self._write_error_down,
            log=_quiet,
            **options,
        )

    def _count_anew(self, **_cell: Any) -> None:
        self._cell_size = 0

    def process_message(
        self, msg: dict[str, Any], cell: NotebookNode, cell_index: int
    ) -> NotebookNode | None:
        """Take in one message, unless the notebook has already shown more than anyone can read."""
        if msg["msg_type"] in ("stream", "display_data", "execute_result", "update_display_data"):
            size = len(str(msg["content"]))
            self._cell_size += size
            self._size += size
            if self._cell_size > MAX_CELL_OUTPUT or self._size > MAX_OUTPUT:
                if cell_index not in self.cut:
                    self.cut.add(cell_index)
                    note = _("… the rest of the output was left out …")
                    cell.outputs.append(new_output("stream", name="stdout", text=f"\n{note}\n"))
                return None
        return super().process_message(msg, cell, cell_index)

    def _write_error_down(
        self, *, cell: NotebookNode, execute_reply: dict[str, Any], **_: Any
    ) -> None:
        # A learner's code can switch the display of tracebacks off; the reply still says 'error'.
        content = execute_reply["content"]
        if content["status"] != "ok":
            name = str(content.get("ename", content["status"]))
            shown = [output.ename for output in cell.outputs if output.output_type == "error"]
            if name not in shown:
                cell.outputs.append(_error(name, str(content.get("evalue", ""))))


def _error(name: str, text: str) -> NotebookNode:
    return new_output("error", ename=name, evalue=text, traceback=[f"{name}: {text}".rstrip(": ")])


class _Journey:
    """One notebook from its first cell to its last, through as many kernels as it takes."""

    def __init__(
        self,
        notebook: NotebookNode,
        cwd: Path,
        limits: Limits,
        preload: Sequence[str],
        warm: bool,
        walls: Walls | None,
        stop: Stop,
        seed: int | None,
    ) -> None:
        self.notebook = notebook
        self.cwd = cwd
        self.limits = limits
        self.preload = preload
        self.warm = warm
        self.walls = walls
        self.stop = stop
        self.seed = seed
        self.label = walls.tier if walls else "none"
        self.events: list[str] = []
        self.kernels = 0
        self.is_warm = False
        self.mark = secrets.token_hex(16)
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
            walls=self.label,
        )

    async def _use_one_kernel(self) -> None:
        """Start a kernel, bring it to where the last one was, and go on for as long as it lives."""
        self.kernels += 1
        async with self._kernel() as (client, watcher):
            for index in self.done:
                # Into a copy, so that what the cell showed the first time stays.
                cell = copy.deepcopy(self.notebook.cells[index])
                if await self._execute(client, watcher, cell, index) is not None:
                    self._abandon()
                    return
            while self.pending:
                index = self.pending.pop(0)
                cell = self.notebook.cells[index]
                stopped = await self._execute(client, watcher, cell, index)
                if stopped is None:
                    self.done.append(index)
                    continue
                self._note(index, stopped, _limit_sentence(client) if stopped == DIED else "")
                if (stopped == TIMED_OUT and self.overtime) or self.kernels > self.most_kernels:
                    self._abandon()
                    return
                if stopped != TIMED_OUT:
                    return
                self.overtime = True
                if not await self._interrupt(client):
                    return
                client.deadline = self.end

    async def _execute(
        self, client: _Client, watcher: _MemoryWatch, cell: NotebookNode, index: int
    ) -> str | None:
        """Execute one cell; return why it did not end, or None when it did."""
        try:
            await client.async_execute_cell(cell, index)
        except CellTimeoutError:
            return TIMED_OUT
        except DeadKernelError:
            # nbclient turns the cancelling of this task into a dead kernel.
            if self.stop.asked:
                raise
            hit = _limit_hit(client)
            exceeded = watcher.exceeded or (hit is not None and hit.name == "memory")
            return OUT_OF_MEMORY if exceeded else DIED
        return None

    async def _interrupt(self, client: _Client) -> bool:
        """Interrupt a cell whose time is over; return whether the kernel listens again."""
        assert client.km is not None and client.kc is not None
        with contextlib.suppress(Exception):
            await client.km.interrupt_kernel()
            async with asyncio.timeout(INTERRUPT_GRACE):
                asked = client.kc.kernel_info()
                while True:
                    reply = await client.kc.shell_channel.get_msg(timeout=None)
                    if reply["parent_header"].get("msg_id") == asked:
                        return True
        return False

    def _note(self, index: int, why: str, limit: str = "") -> None:
        reason = {
            TIMED_OUT: _("it did not end within {n:g} seconds").format(n=self.limits.wall_seconds),
            OUT_OF_MEMORY: _("it used more than {n} MB of memory").format(n=self.limits.memory_mb),
            DIED: _("it ended the Python process"),
        }[why]
        self.notebook.cells[index].outputs.append(_error(why, limit or reason))
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
            self.notebook.cells[index].outputs.append(_error(NOT_RUN, reason))
        if self.pending:
            self.events.append(
                ngettext(
                    "The last code cell was not run.",
                    "The last {n} code cells were not run.",
                    len(self.pending),
                ).format(n=len(self.pending))
            )
        self.pending = []

    @contextlib.asynccontextmanager
    async def _kernel(self) -> AsyncIterator[tuple[_Client, _MemoryWatch]]:
        """Start a kernel, and end it with everything that it started, come what may."""
        with private_folder() as folder:
            name = str(self.notebook.metadata.get("kernelspec", {}).get("name", "python3"))
            manager_class, options = self._kind_of_kernel()
            manager = manager_class(
                kernel_name=name,
                connection_file=str(folder / "k.json"),
                log=_quiet,
                **options,
            )
            client = _Client(self.notebook, km=manager, kernel_name=name)
            watcher = _MemoryWatch(self.limits.memory_mb)
            try:
                await self._start(client, watcher, folder, name)
                yield client, watcher
            finally:
                await self._end(client, watcher)

    def _kind_of_kernel(self) -> tuple[type[Any], dict[str, Any]]:
        """Return the class that starts kernels, and what it wants to know."""
        if self.walls is not None:
            from kit.sandbox.kernel import WalledKernelManager

            seconds = 2 * self.limits.wall_seconds + START_SECONDS
            limits = WalledLimits(
                **asdict(self.limits)
                | {"wall_seconds": seconds, "cpu_seconds": self.limits.cpu_seconds + START_SECONDS}
            )
            # An editable installation lies outside of the Python environment that the walls show.
            package = str(Path(kit.__file__).parent)
            return WalledKernelManager, {
                "walls": self.walls,
                "limits": limits,
                "read_only": [package],
            }
        manager_class = kernel_manager_class(warm=self.warm)
        options: dict[str, Any] = {"transport": transport()}
        if "preload" in manager_class.class_trait_names():
            options["preload"] = tuple(self.preload)
        return manager_class, options

    async def _start(self, client: _Client, watcher: _MemoryWatch, folder: Path, name: str) -> None:
        env = kernel_environment(os.environ, strict=False, folder=folder)
        env |= {MARK: self.mark, "NBGRADER_EXECUTION": "autograde"}
        if self.seed is not None:
            env["KIT_SEED"] = str(self.seed)
        manager = client.km
        assert manager is not None
        try:
            with (folder / "log").open("wb") as log:
                await client.async_start_new_kernel(
                    cwd=str(self.cwd), env=env, stdout=log, stderr=log
                )
            if self.walls is None:
                watcher.follow(getattr(manager.provisioner, "pid", None))
            else:
                # What is behind walls has its limits there, and ends with them.
                self.label = manager.label
            await client.async_start_new_kernel_client()
        except NoSuchKernel as err:
            raise KitError(
                _("there is no kernel named {name!r} on this machine").format(name=name),
                fix=_("Install it, or choose another kernel in the source notebook"),
            ) from err
        except (RuntimeError, OSError) as err:
            raise KitError(
                _("the kernel {name!r} did not start: {reason}").format(name=name, reason=err)
            ) from err
        # Only a manager of warm kernels has a reason why one is cold.
        self.is_warm = getattr(manager, "cold_reason", "always") is None
        now = time.monotonic()
        # A cell that did not end has used all of the time; the others get it once more, and that is all.
        self.end = min(self.end, now + 2 * self.limits.wall_seconds)
        client.deadline = min(self.end, now + self.limits.wall_seconds)

    async def _end(self, client: _Client, watcher: _MemoryWatch) -> None:
        watcher.stop()
        family = process_tree(watcher.pid) if watcher.pid else []
        try:
            if client.km is not None:
                with contextlib.suppress(Exception):
                    await client._async_cleanup_kernel()
        finally:
            if self.walls is None:
                end_processes([*family, *_left_behind(self.mark, watcher.pid)])


def _limit_hit(client: _Client) -> LimitHit | None:
    """Return the limit that ended a kernel behind walls, if one did."""
    outcome = getattr(client.km, "outcome", None)
    hit: LimitHit | None = getattr(outcome, "hit", None)
    return hit


def _limit_sentence(client: _Client) -> str:
    hit = _limit_hit(client)
    return str(hit) if hit is not None else ""


def _left_behind(mark: str, leader: int | None) -> list[psutil.Process]:
    """Return the processes that a kernel started and nobody ended: of its session, or with its mark."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            # Windows has no sessions; there only the mark tells.
            same_session = hasattr(os, "getsid") and os.getsid(process.pid) == leader
            if same_session or process.environ().get(MARK) == mark:
                found.append(process)
    return found


class _MemoryWatch:
    """Kills a kernel and its children as soon as they hold more memory than they may."""

    def __init__(self, limit_mb: int) -> None:
        self.limit = limit_mb * 1e6
        self.exceeded = False
        self.pid: int | None = None
        self._task: asyncio.Task[None] | None = None

    def follow(self, pid: int | None) -> None:
        self.pid = pid
        if pid is not None:
            self._task = asyncio.ensure_future(self._watch(pid))

    def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()

    async def _watch(self, pid: int) -> None:
        while True:
            await asyncio.sleep(MEMORY_INTERVAL)
            if resident_bytes(pid) > self.limit:
                self.exceeded = True
                end_processes(process_tree(pid))
                return
