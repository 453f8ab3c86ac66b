"""papermill's engine, with eyes: it executes like papermill and observes every cell.

`LedgerEngine` is registered with papermill under the name ``kit``, so parameters, metadata and the
order of events are papermill's own. It never stops for reasons of its own: what went wrong is left in
the `Session`, to be judged by others.
"""

from __future__ import annotations

import asyncio
import contextlib
import copy
import functools
import inspect
import logging
import os
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty
from typing import Any

import psutil
from jupyter_client.kernelspec import NoSuchKernel
from jupyter_core.utils import ensure_async
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import Engine, papermill_engines

from kit.i18n import gettext as _
from kit.running import kernel, recorder
from kit.running.judgement import Observation, is_tolerated
from kit.running.memory import MemoryMeter, process_tree
from kit.running.sources import imported_libraries, parse_cells, seed_arguments

ENGINE_NAME = "kit"
MEGABYTE = 1e6

# nbclient and jupyter_client log what the ledger says better.
_quiet = logging.getLogger("kit.running.quiet")
_quiet.addHandler(logging.NullHandler())
_quiet.propagate = False

# An expression that finds the recorder from the notebook's namespace, where no name is bound to it.
_RECORDER = "__import__('IPython').get_ipython().kernel.finish_metadata.recorder"


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
    watch: Any = None
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


class LedgerClient(PapermillNotebookClient):
    """papermill's client, which observes each cell and outlives whatever happens in it."""

    def __init__(self, manager: Any, session: Session, **options: Any) -> None:
        super().__init__(
            manager,
            allow_errors=True,  # Whether to go on is decided here, by is_tolerated.
            # A busy machine needs more than nbclient's 4 s to hand over a large figure.
            iopub_timeout=120,
            startup_timeout=120,
            shell_timeout_interval=1,
            log=_quiet,
            on_cell_executed=self._keep_reply,
            timeout_func=self._remaining,
            **options,
        )
        self.session = session
        self._reply: dict[str, Any] | None = None
        self._family: list[psutil.Process] = []
        self._widget_errors: set[str] = set()
        self._began = 0.0

    def execute(self, **_options: Any) -> NotebookNode:
        """Execute the notebook in an event loop of its own, so that many can run in as many threads."""
        with contextlib.suppress(asyncio.CancelledError):
            asyncio.run(self._journey())
        return self.nb

    async def _journey(self) -> None:
        self.reset_execution_trackers()
        self.session.enter()
        with kernel.private_folder() as folder:
            try:
                if not await self._start(folder):
                    return
                await self._execute_cells()
                self.set_widgets_metadata()
            finally:
                self.session.leave()
                await self._end()

    # The kernel's life.

    async def _start(self, folder: Path) -> bool:
        log = folder / "kernel.log"
        try:
            manager_class = kernel.kernel_manager_class(warm=self.session.warm)
            self.km = manager_class(
                kernel_name=self.kernel_name,
                transport=kernel.transport(),
                connection_file=str(folder / "k.json"),
                log=_quiet,
                **self._warm_options(manager_class),
            )
            env = kernel.kernel_environment(os.environ, strict=self.session.strict, folder=folder)
            with log.open("wb") as stream:
                await self.async_start_new_kernel(
                    cwd=str(self.session.cwd), env=env, stdout=stream, stderr=stream
                )
            await self._connect()
            await self._install_recorder()
        except NoSuchKernel as error:
            self.session.failure = _("there is no kernel named {name} here").format(name=error.name)
        except (RuntimeError, OSError, TimeoutError) as error:
            self.session.failure = _("the kernel did not start: {why}").format(
                why=_last_line(log) or str(error)
            )
        self._log = log
        return self.session.failure is None

    async def _connect(self) -> None:
        """Open the channels, and return once the kernel answers and its output arrives.

        jupyter_client's own wait ends with 0.2 s of silence. A status message on the output channel says
        the same at once: whoever received one is subscribed.
        """
        assert self.km is not None
        client = self.kc = self.km.client()
        client.start_channels()
        client.allow_stdin = False
        deadline = time.monotonic() + self.startup_timeout
        while True:
            client.kernel_info()
            with contextlib.suppress(Empty):
                await client.shell_channel.get_msg(timeout=1)
                await client.iopub_channel.get_msg(timeout=0.2)
                return
            if not await ensure_async(self.km.is_alive()):
                raise RuntimeError(_("it ended at once"))
            if time.monotonic() > deadline:
                raise TimeoutError(_("no answer in {n} s").format(n=self.startup_timeout))

    def _warm_options(self, manager_class: type[Any]) -> dict[str, Any]:
        if self.session.preload and "preload" in manager_class.class_trait_names():
            return {"preload": tuple(self.session.preload)}
        return {}

    async def _install_recorder(self) -> None:
        source = inspect.getsource(recorder)
        # One expression, so that no name is bound in the notebook's namespace.
        code = (
            f"(lambda space: (exec(compile({source!r}, '<kit recorder>', 'exec'), space),"
            " space['install']()))({'__name__': 'kit_recorder'})"
        )
        notes = await self._ask(code)
        if notes is None:
            raise RuntimeError(_("the recorder could not be installed; is it a Python kernel?"))
        self._pid = int(notes["pid"])
        # Only a warm manager has a reason for being cold.
        self.session.is_warm = getattr(self.km, "cold_reason", "always") is None

    async def _ask(self, code: str) -> dict[str, Any] | None:
        """Execute code silently and return the recorder's notes on it."""
        assert self.kc is not None
        message = self.kc.execute(code, silent=True, store_history=False, stop_on_error=False)
        reply = await self.async_wait_for_reply(message)
        notes = None if reply is None else reply["metadata"].get("kit")
        return notes if isinstance(notes, dict) else None

    async def _end(self) -> None:
        """End the kernel and everything below it, whatever state it is in."""
        if self.km is None:
            return
        pid = getattr(self, "_pid", None)
        family = process_tree(pid) if pid is not None else []
        # After a failure nobody is waiting for the kernel's own goodbye.
        clean = self.session.failure is None and not any(
            seen.ended for seen in self.session.seen.values()
        )
        self.shutdown_kernel = "immediate"
        with contextlib.suppress(Exception):
            if clean and not self.session.stopped:
                await self._say_goodbye()
        kernel.end_processes(family)
        with contextlib.suppress(Exception):
            await self._async_cleanup_kernel()

    async def _say_goodbye(self) -> None:
        """Let the kernel end itself, so that what it registered for its exit runs."""
        assert self.km is not None and self.kc is not None
        self.kc.execute(f"{_RECORDER}.leave()", silent=True, store_history=False)
        async with asyncio.timeout(5):
            # jupyter_client would look every 0.1 s.
            while await ensure_async(self.km.is_alive()):
                await asyncio.sleep(0.01)

    # The cells.

    async def _execute_cells(self) -> None:
        self._began = time.monotonic()
        with MemoryMeter(self._pid) as meter:
            for index, cell in enumerate(self.nb.cells):
                self.nb_man.cell_start(cell, index)
                if self.session.watch is not None:
                    self.session.watch(index, len(self.nb.cells))
                going_on = True
                try:
                    if _is_executable(cell):
                        going_on = await self._observe(cell, index, meter)
                finally:
                    self.nb_man.cell_complete(self.nb.cells[index], cell_index=index)
                if not going_on:
                    break
        await self._summarise()

    async def _observe(self, cell: NotebookNode, index: int, meter: MemoryMeter) -> bool:
        """Execute one cell, note what is seen of it, and say whether to go on."""
        seen = self.session.seen[index] = Observation(notes=None)
        self._reply = None
        meter.lap()
        began = time.monotonic()
        try:
            await self.async_execute_cell(cell, index)
        except CellTimeoutError:
            seen.ended = "timeout"
            seen.detail = _("{n:g} s for the whole notebook").format(n=self.session.timeout)
            await self._interrupt(cell)
        except (DeadKernelError, asyncio.CancelledError):
            # nbclient turns the cancelling of this task into a dead kernel.
            seen.ended = "interrupted" if self.session.stopped else "died"
            seen.detail = "" if self.session.stopped else _last_line(self._log)
        finally:
            seen.seconds = time.monotonic() - began
            seen.peak_memory_mb = round(meter.lap() / MEGABYTE, 1)
        self._read_reply(seen)
        self._read_outputs(seen, cell)
        going_on = seen.ended is None and (
            seen.error is None
            or is_tolerated(cell, seen.error, strict=self.session.strict, allow=self.session.allow)
        )
        if not going_on:
            error = CellExecutionError("", seen.error or str(seen.ended), seen.error_message or "")
            self.nb_man.cell_exception(cell, cell_index=index, exception=error)
        return going_on

    def _read_reply(self, seen: Observation) -> None:
        if self._reply is None:
            return
        content = self._reply["content"]
        seen.answered = True
        notes = self._reply["metadata"].get("kit")
        seen.notes = notes if isinstance(notes, dict) else None
        if content["status"] != "ok":
            seen.error = str(content.get("ename", content["status"]))
            seen.error_message = str(content.get("evalue", ""))
        if any(part.get("source") == "ask_exit" for part in content.get("payload", [])):
            seen.ended = "exit"

    def _read_outputs(self, seen: Observation, cell: NotebookNode) -> None:
        outputs = cell.outputs
        seen.stderr = "".join(
            output.text
            for output in outputs
            if output.output_type == "stream" and output.name == "stderr"
        )
        hidden = [
            f"{output.ename}: {output.evalue}"
            for output in outputs
            if output.output_type == "error"
        ]
        if hidden and (seen.error is not None or seen.ended == "timeout"):
            ending = hidden.pop()  # The last one shown is the one that ended the cell.
            if seen.error == "NoneType":
                # What ipykernel says when the exception came while a value was shown.
                seen.error, _colon, seen.error_message = ending.partition(": ")
        seen.hidden_errors = (*hidden, *self._new_widget_errors())

    def _new_widget_errors(self) -> list[str]:
        """Return exceptions that an Output widget swallowed since the last cell."""
        found = []
        for identity, state in self.widget_state.items():
            for position, output in enumerate(state.get("outputs") or ()):
                mark = f"{identity}/{position}"
                if output.get("output_type") == "error" and mark not in self._widget_errors:
                    self._widget_errors.add(mark)
                    found.append(f"{output.get('ename')}: {output.get('evalue')}")
        return found

    def _keep_reply(self, *, execute_reply: dict[str, Any], **_cell: Any) -> None:
        self._reply = execute_reply

    def _remaining(self, _cell: Any) -> float:
        # nbclient takes 0 for "no limit".
        return max(0.001, self.session.timeout - (time.monotonic() - self._began))

    async def _interrupt(self, cell: NotebookNode) -> None:
        """Interrupt a cell whose time is over, and keep the traceback that shows where it was."""
        assert self.km is not None
        with contextlib.suppress(Exception):
            await ensure_async(self.km.interrupt_kernel())
            # nbclient's own task is still reading the outputs of the cell.
            async with asyncio.timeout(2):
                while not any(output.output_type == "error" for output in cell.outputs):
                    await asyncio.sleep(0.02)

    async def _summarise(self) -> None:
        """Ask the kernel, at the end, for versions and seeds; its answer also proves that it lives."""
        if any(seen.ended for seen in self.session.seen.values()):
            return
        trees = parse_cells(self.nb)
        seeds = seed_arguments(trees)
        names = [argument for _name, argument in seeds if isinstance(argument, str)]
        code = f"{_RECORDER}.summarise({imported_libraries(trees)!r}, {names!r})"
        try:
            notes = await self._ask(code)
        except DeadKernelError:
            self.session.failure = _("the kernel died after the last cell that was executed")
            return
        if notes is not None and "python" in notes:
            self.session.summary = {**notes, "seeds": seeds}
        else:
            self.session.failure = _("the kernel did not say how it was at the end")


class LedgerEngine(Engine):
    """The engine that papermill finds under the name ``kit``."""

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: Any, kernel_name: str, *, session: Session, **_options: Any
    ) -> None:
        """Execute the notebook and leave the executed copy in the session."""
        LedgerClient(nb_man, session, kernel_name=kernel_name).execute()
        session.notebook = copy.deepcopy(nb_man.nb)


@functools.cache
def register_engine() -> str:
    """Register the engine with papermill and return its name."""
    papermill_engines.register(ENGINE_NAME, LedgerEngine)
    return ENGINE_NAME


def _is_executable(cell: NotebookNode) -> bool:
    return (
        cell.cell_type == "code"
        and bool(cell.source.strip())
        and "skip-execution" not in cell.metadata.get("tags", [])
    )


def _last_line(log: Path) -> str:
    """Return the last line of what the kernel's process wrote, such as the reason of a crash."""
    try:
        lines = log.read_text(errors="replace").split("\n")
    except OSError:
        return ""
    return next((line.strip() for line in reversed(lines) if line.strip()), "")
