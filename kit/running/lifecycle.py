"""The life of one kernel: started in a folder of its own, made to record, and ended with all it started."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import logging
import os
import time
from pathlib import Path
from queue import Empty
from typing import Any

from jupyter_client.kernelspec import NoSuchKernel
from jupyter_core.utils import ensure_async
from papermill.clientwrap import PapermillNotebookClient

from kit.i18n import gettext as _
from kit.running import kernel, recorder
from kit.running.memory import process_tree
from kit.running.session import Session

# nbclient and jupyter_client log what the ledger says better.
quiet = logging.getLogger("kit.running.quiet")
quiet.addHandler(logging.NullHandler())
quiet.propagate = False

# An expression that finds the recorder from the notebook's namespace, where no name is bound to it.
_RECORDER = "__import__('IPython').get_ipython().kernel.finish_metadata.recorder"


class KernelClient(PapermillNotebookClient):
    """A client of papermill's kind whose kernel starts and ends as described here."""

    session: Session
    _log: Path
    _pid: int | None = None

    async def _start(self, folder: Path) -> bool:
        self._log = folder / "kernel.log"
        try:
            manager_class = kernel.kernel_manager_class(warm=self.session.warm)
            self.km = manager_class(
                kernel_name=self.kernel_name,
                transport=kernel.transport(),
                connection_file=str(folder / "k.json"),
                log=quiet,
                **self._warm_options(manager_class),
            )
            env = kernel.kernel_environment(os.environ, strict=self.session.strict, folder=folder)
            with self._log.open("wb") as stream:
                await self.async_start_new_kernel(
                    cwd=str(self.session.cwd), env=env, stdout=stream, stderr=stream
                )
            await self._connect()
            await self._install_recorder()
        except NoSuchKernel as error:
            self.session.failure = _("there is no kernel named {name} here").format(name=error.name)
        except (RuntimeError, OSError, TimeoutError) as error:
            self.session.failure = _("the kernel did not start: {why}").format(
                why=self._last_words() or str(error)
            )
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
        family = process_tree(self._pid) if self._pid is not None else []
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

    async def _summary(self, libraries: list[str], names: list[str]) -> dict[str, Any] | None:
        """Ask the kernel, at the end, what it can say about all cells together."""
        return await self._ask(f"{_RECORDER}.summarise({libraries!r}, {names!r})")

    def _last_words(self) -> str:
        """Return the last line that the kernel's process wrote itself, such as the reason of a crash."""
        try:
            lines = self._log.read_text(errors="replace").split("\n")
        except OSError:
            return ""
        return next((line.strip() for line in reversed(lines) if line.strip()), "")
