"""One kernel for one submission: started within its limits, and ended with everything that it started."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import psutil
from jupyter_client.kernelspec import NoSuchKernel
from nbformat import NotebookNode

import kit
from kit.errors import KitError
from kit.grading.inside.client import Client, quiet
from kit.grading.terms import Limits
from kit.i18n import gettext as _
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

MEMORY_INTERVAL = 0.2
INTERRUPT_GRACE = 2.0
# A kernel behind walls has its two times, and this much to start.
START_SECONDS = 60
# In the environment of the kernel, and so of everything that it starts, to find what was left behind.
MARK = "KIT_SUBMISSION"


@dataclass(frozen=True)
class Place:
    """Where and how the kernels of one submission run.

    Parameters
    ----------
    cwd
        The working directory.
    limits
        Time and memory for the notebook.
    preload, warm, walls, seed
        As for `kit.grading.inside.journey.execute_inside`.
    """

    cwd: Path
    limits: Limits
    preload: Sequence[str] = ()
    warm: bool = True
    walls: Walls | None = None
    seed: int | None = None
    mark: str = field(default_factory=lambda: secrets.token_hex(16))


class Kernel:
    """A kernel that runs, with its client and what watches it."""

    def __init__(self, client: Client, watch: MemoryWatch) -> None:
        self.client = client
        self.watch = watch
        #: The walls that stand around it.
        self.walls = "none"
        #: Whether it had its libraries before the first cell.
        self.is_warm = False

    @property
    def hit(self) -> LimitHit | None:
        """The limit that ended a kernel behind walls, if one did."""
        outcome = getattr(self.client.km, "outcome", None)
        found: LimitHit | None = getattr(outcome, "hit", None)
        return found

    def is_out_of_memory(self) -> bool:
        """Say whether memory is what ended it."""
        return self.watch.exceeded or (self.hit is not None and self.hit.name == "memory")

    async def interrupt(self) -> bool:
        """Interrupt a cell whose time is over; return whether the kernel listens again."""
        manager, channels = self.client.km, self.client.kc
        assert manager is not None
        assert channels is not None
        with contextlib.suppress(Exception):
            await manager.interrupt_kernel()
            async with asyncio.timeout(INTERRUPT_GRACE):
                asked = channels.kernel_info()
                while True:
                    reply = await channels.shell_channel.get_msg(timeout=None)
                    if reply["parent_header"].get("msg_id") == asked:
                        return True
        return False


@contextlib.asynccontextmanager
async def start_kernel(notebook: NotebookNode, place: Place) -> AsyncIterator[Kernel]:
    """Start the kernel that a notebook names, and end it with everything that it started, come what may.

    Raises
    ------
    KitError
        If there is no such kernel, or it does not start: a fault of this machine and not of the submission.
    """
    with private_folder() as folder:
        name = str(notebook.metadata.get("kernelspec", {}).get("name", "python3"))
        manager_class, options = _kind_of_kernel(place)
        manager = manager_class(
            kernel_name=name, connection_file=str(folder / "k.json"), log=quiet, **options
        )
        client = Client(notebook, km=manager, kernel_name=name)
        kernel = Kernel(client, MemoryWatch(place.limits.memory_mb))
        try:
            await _start(kernel, place, folder, name)
            yield kernel
        finally:
            await _end(kernel, place)


def _kind_of_kernel(place: Place) -> tuple[type[Any], dict[str, Any]]:
    """Return the class that starts kernels, and what it wants to know."""
    if place.walls is not None:
        from kit.sandbox.kernel import WalledKernelManager

        seconds = 2 * place.limits.wall_seconds + START_SECONDS
        cpu_seconds = place.limits.cpu_seconds + START_SECONDS
        limits = WalledLimits(
            **asdict(place.limits) | {"wall_seconds": seconds, "cpu_seconds": cpu_seconds}
        )
        # An editable installation lies outside of the Python environment that the walls show.
        package = str(Path(kit.__file__).parent)
        return WalledKernelManager, {
            "walls": place.walls,
            "limits": limits,
            "read_only": [package],
        }
    manager_class = kernel_manager_class(warm=place.warm)
    options: dict[str, Any] = {"transport": transport()}
    if "preload" in manager_class.class_trait_names():
        options["preload"] = tuple(place.preload)
    return manager_class, options


async def _start(kernel: Kernel, place: Place, folder: Path, name: str) -> None:
    env = kernel_environment(os.environ, strict=False, folder=folder)
    env |= {MARK: place.mark, "NBGRADER_EXECUTION": "autograde"}
    if place.seed is not None:
        env["KIT_SEED"] = str(place.seed)
    client, manager = kernel.client, kernel.client.km
    assert manager is not None
    try:
        with (folder / "log").open("wb") as log:
            await client.async_start_new_kernel(cwd=str(place.cwd), env=env, stdout=log, stderr=log)
        if place.walls is None:
            kernel.watch.follow(getattr(manager.provisioner, "pid", None))
        else:
            # What is behind walls has its limits there, and ends with them.
            kernel.walls = manager.label
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
    kernel.is_warm = getattr(manager, "cold_reason", "always") is None


async def _end(kernel: Kernel, place: Place) -> None:
    kernel.watch.stop()
    family = process_tree(kernel.watch.pid) if kernel.watch.pid else []
    try:
        if kernel.client.km is not None:
            with contextlib.suppress(Exception):
                await kernel.client._async_cleanup_kernel()
    finally:
        if place.walls is None:
            end_processes([*family, *_left_behind(place.mark, kernel.watch.pid)])


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


class MemoryWatch:
    """Kills a kernel and its children as soon as they hold more memory than they may."""

    def __init__(self, limit_mb: int) -> None:
        self.limit = limit_mb * 1e6
        self.exceeded = False
        self.pid: int | None = None
        self._task: asyncio.Task[None] | None = None

    def follow(self, pid: int | None) -> None:
        """Watch this process and its children from now on."""
        self.pid = pid
        if pid is not None:
            self._task = asyncio.ensure_future(self._watch(pid))

    def stop(self) -> None:
        """Look no more."""
        if self._task is not None:
            self._task.cancel()

    async def _watch(self, pid: int) -> None:
        while True:
            await asyncio.sleep(MEMORY_INTERVAL)
            if resident_bytes(pid) > self.limit:
                self.exceeded = True
                end_processes(process_tree(pid))
                return
