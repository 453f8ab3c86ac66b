"""papermill's client and engine, with eyes: they execute like papermill and observe every cell.

`LedgerEngine` is registered with papermill under the name ``kit``, so parameters, metadata and the
order of events are papermill's own. It never stops for reasons of its own: what went wrong is left in
the `Session`, to be judged by others.
"""

from __future__ import annotations

import asyncio
import contextlib
import copy
import functools
import time
from typing import Any

from jupyter_core.utils import ensure_async
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from papermill.engines import Engine, papermill_engines

from kit.i18n import gettext as _
from kit.running import kernel
from kit.running.judgement import Observation, is_tolerated
from kit.running.lifecycle import KernelClient, quiet
from kit.running.memory import MemoryMeter
from kit.running.session import Session
from kit.running.sources import imported_libraries, parse_cells, seed_arguments

ENGINE_NAME = "kit"
MEGABYTE = 1e6


class LedgerClient(KernelClient):
    """papermill's client, which observes each cell and outlives whatever happens in it."""

    def __init__(self, manager: Any, session: Session, **options: Any) -> None:
        super().__init__(
            manager,
            allow_errors=True,  # Whether to go on is decided here, by is_tolerated.
            # A busy machine needs more than nbclient's 4 s to hand over a large figure.
            iopub_timeout=120,
            startup_timeout=120,
            shell_timeout_interval=1,
            log=quiet,
            on_cell_executed=self._keep_reply,
            timeout_func=self._remaining,
            **options,
        )
        self.session = session
        self._reply: dict[str, Any] | None = None
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

    async def _execute_cells(self) -> None:
        self._began = time.monotonic()
        assert self._pid is not None
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
            seen.detail = "" if self.session.stopped else self._last_words()
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
        try:
            notes = await self._summary(imported_libraries(trees), names)
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
