"""A trial: start kernels as JupyterLab would, see whether they are warm, and leave the machine as it was."""

from __future__ import annotations

import asyncio
import contextlib
import time
import warnings
from dataclasses import dataclass

from kit.errors import KitError
from kit.kernels import client, places
from kit.kernels.manager import WarmKernelManager

READY_SECONDS = 60.0


@dataclass(frozen=True)
class Trial:
    """What came of it.

    Parameters
    ----------
    cold_reason
        Why kernels start cold here, or None.
    first
        Seconds until the first kernel was ready, which waits for its server, if none was running.
    ready
        Seconds until the next one was.
    """

    cold_reason: str | None
    first: float
    ready: float


def try_kernels() -> Trial:
    """Start two kernels, one after the other, and stop them, and the server if it was started for them.

    Raises
    ------
    KitError
        Where there is no place for the sockets of kernels.
    """
    folder = places.own_folder()
    before = set(client.list_servers(folder))
    with warnings.catch_warnings():
        # What a cold kernel warns of is what is reported.
        warnings.simplefilter("ignore")
        try:
            return asyncio.run(_try_two())
        finally:
            for path in set(client.list_servers(folder)) - before:
                # It may have ended meanwhile.
                with contextlib.suppress(KitError):
                    client.ask_server(path, client.STOP)
                    client.wait_until_stopped(path, 5)


async def _try_two() -> Trial:
    manager_class = WarmKernelManager.with_preload(())
    seconds = []
    for _ in range(2):
        manager = manager_class(kernel_name="python3")
        began = time.perf_counter()
        await manager.start_kernel()
        channels = manager.client()
        channels.start_channels()
        try:
            await channels.wait_for_ready(timeout=READY_SECONDS)
            seconds.append(time.perf_counter() - began)
        finally:
            channels.stop_channels()
            await manager.shutdown_kernel()
        if manager.cold_reason is not None:
            return Trial(manager.cold_reason, seconds[0], seconds[0])
    return Trial(None, *seconds)
