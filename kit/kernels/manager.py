"""A kernel manager whose kernels are warm, for nbclient and papermill, without anything installed."""

from __future__ import annotations

import asyncio
import functools
import time
import uuid
from collections.abc import Awaitable, Callable, Iterable
from queue import Empty
from typing import Any

from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.manager import AsyncKernelManager
from traitlets import DottedObjectName, List, Type, Unicode

from kit.kernels.provisioner import WarmProvisioner

_Method = Callable[..., Awaitable[Any]]


def _without_pause(method: _Method) -> _Method:
    """Return a step of jupyter_client's manager without the 0.01 s of sleep that its own tests need."""
    inner: _Method | None = getattr(method, "__wrapped__", None)
    if inner is None:
        return method

    @functools.wraps(method)
    async def step(self: Any, *args: Any, **kwargs: Any) -> Any:
        ready = self._ready
        if self._attempted_start or not ready:
            ready = self._ready = asyncio.get_running_loop().create_future()
        try:
            result = await inner(self, *args, **kwargs)
        except Exception as error:
            if not ready.done():
                ready.set_exception(error)
                # Known to whoever asked; nobody need look at it here.
                ready.exception()
            raise
        if self.owns_kernel and not ready.done():
            ready.set_result(None)
        return result

    return step


class PromptKernelClient(AsyncKernelClient):
    """A client that knows that a kernel is ready when it says so.

    Jupyter's own waits 0.2 s for more output before it believes it, which is longer than a warm kernel needs.
    """

    async def _async_wait_for_ready(self, timeout: float | None = None) -> None:
        deadline = time.monotonic() + (float("inf") if timeout is None else timeout)
        while not await self._has_answered(self.kernel_info()):
            if not await self._async_is_alive():
                raise RuntimeError("Kernel died before replying to kernel_info")
            if time.monotonic() > deadline:
                raise RuntimeError(f"Kernel didn't respond in {timeout} seconds")

    wait_for_ready = _async_wait_for_ready

    async def _has_answered(self, request: str) -> bool:
        """Wait for the reply to a request, and for the word that the kernel is idle after it."""
        try:
            while (reply := await self.get_shell_msg(timeout=1))["parent_header"].get(
                "msg_id"
            ) != request:
                pass
            self._handle_kernel_info_reply(reply)
            while True:
                # Nothing comes where the kernel had answered before it knew that this client listens.
                message = await self.get_iopub_msg(timeout=0.2)
                ours = message["parent_header"].get("msg_id") == request
                if ours and message["content"].get("execution_state") == "idle":
                    return True
        except (TimeoutError, Empty):
            return False


class WarmKernelManager(AsyncKernelManager):
    """Start ipykernels by forking; a kernel that can't be had warm is started cold, with a warning.

    Any kernelspec of an ipykernel will do, such as ``python3``; the entry point need not be installed.

    Examples
    --------
    >>> manager = WarmKernelManager.with_preload(["numpy", "pandas.core"])
    >>> manager().preload
    ['numpy', 'pandas.core']
    """

    preload = List(
        Unicode(),
        default_value=None,
        allow_none=True,
        help="Modules that the server has loaded; None: what the session's notebook imports",
    ).tag(config=True)

    client_class = DottedObjectName("kit.kernels.manager.PromptKernelClient", config=True)
    client_factory = Type(klass=AsyncKernelClient, default_value=PromptKernelClient, config=True)

    @classmethod
    def with_preload(cls, preload: Iterable[str]) -> type[WarmKernelManager]:
        """Return a manager class for one preload list, for callers that can pass a class only."""
        names = list(preload)
        # A trait's default is made for each object; the class attribute is what nbclient can carry.
        return type(
            cls.__name__,
            (cls,),
            {
                "__module__": cls.__module__,
                "__doc__": cls.__doc__,
                "preload": List(Unicode(), default_value=names, allow_none=True).tag(config=True),
            },
        )

    @property
    def cold_reason(self) -> str | None:
        """Why the last kernel was started cold, or None if it was not."""
        return getattr(self.provisioner, "cold_reason", None)

    async def _async_pre_start_kernel(self, **kw: Any) -> tuple[list[str], dict[str, Any]]:
        if getattr(self, "provisioner", None) is None:
            self.kernel_id = getattr(self, "kernel_id", None) or str(uuid.uuid4())
            chosen = {} if self.preload is None else {"preload": list(self.preload)}
            self.provisioner = WarmProvisioner(
                kernel_id=self.kernel_id, kernel_spec=self.kernel_spec, parent=self, **chosen
            )
        prepared: tuple[list[str], dict[str, Any]] = await super()._async_pre_start_kernel(**kw)
        return prepared

    pre_start_kernel = _async_pre_start_kernel

    _async_start_kernel = _without_pause(AsyncKernelManager._async_start_kernel)
    start_kernel = _async_start_kernel
    _async_shutdown_kernel = _without_pause(AsyncKernelManager._async_shutdown_kernel)
    shutdown_kernel = _async_shutdown_kernel
