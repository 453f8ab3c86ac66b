"""How Jupyter reaches warm kernels: a provisioner that asks a fork server, and else starts a cold kernel."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import secrets
import signal
import sys
import warnings
from pathlib import Path
from typing import Any

from jupyter_client.provisioning import LocalProvisioner
from traitlets import List, Unicode
from traitlets.config import Application

from kit.errors import KitError
from kit.i18n import gettext as _
from kit.kernels import places

# Modules that, given to `python -m`, start an ordinary ipykernel.
_LAUNCHERS = ("ipykernel_launcher", "ipykernel")
COLD_VARIABLE = "KIT_KERNELS_COLD"


class ColdKernelWarning(UserWarning):
    """A cold kernel was started where a warm one was asked for."""


class WarmProvisioner(LocalProvisioner):
    """Start a kernel by forking a process that has the libraries loaded.

    Where that can't be done, the kernel is started as Jupyter's own provisioner does it, and a warning says
    why. `cold_reason` has the reason as well.
    """

    preload = List(
        Unicode(),
        default_value=None,
        allow_none=True,
        help="Modules to have loaded; None: what the session's notebook imports",
    ).tag(config=True)

    cold_reason: str | None = None
    _stopping = False

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Choose sockets in a private folder before the connection file is written."""
        self._stopping = False
        manager = self.parent
        if sys.platform == "linux" and manager is not None and _is_default_transport(manager):
            # A folder that can't be had is reported when the kernel is asked for.
            with contextlib.suppress(KitError):
                folder = places.own_folder()
                manager.transport = "ipc"
                manager.ip = str(folder / f"k-{secrets.token_hex(6)}")
                manager.cache_ports = False
        return await super().pre_launch(**kwargs)

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Ask for a warm kernel; start a cold one where there is none."""
        try:
            request = self._make_request(cmd, kwargs)
            from kit.kernels.client import fork_kernel

            # Waiting for a server that is still loading must not hold up the other kernels of a JupyterLab.
            process = await asyncio.to_thread(fork_kernel, request)
        except KitError as error:
            self.cold_reason = error.message()
            self._warn(self.cold_reason)
            return await super().launch_kernel(cmd, **kwargs)
        self.cold_reason = None
        self.process = process
        self.pid = self.pgid = process.pid
        self.cwd = kwargs.get("cwd") or Path.cwd()
        return self.connection_info

    def _make_request(self, cmd: list[str], kwargs: dict[str, Any]) -> Any:
        if sys.platform != "linux":
            raise KitError(_("warm kernels need Linux"))
        if os.environ.get(COLD_VARIABLE):
            raise KitError(_("{variable} is set").format(variable=COLD_VARIABLE))
        from kit.kernels.client import Request

        options, program, argv = split_command(cmd)
        env = dict(kwargs["env"])
        independent = bool(kwargs.get("independent"))
        if not independent:
            env["JPY_PARENT_PID"] = str(os.getpid())
        cwd = os.path.abspath(kwargs.get("cwd") or os.getcwd())  # noqa: PTH100, PTH109
        preload = self.preload if self.preload is not None else find_preload(env, cwd)
        return Request(
            python=cmd[0],
            options=options,
            program=program,
            argv=argv,
            env=env,
            cwd=cwd,
            sockets=str(self.connection_info["ip"]),
            preload=tuple(preload),
            lifeline=not independent,
            streams=_standard_streams(kwargs),
        )

    def _warn(self, reason: str) -> None:
        message = _("This kernel is a cold one: {reason}").format(reason=reason)
        if Application.initialized() and self.log.isEnabledFor(logging.WARNING):
            self.log.warning(message)
        else:
            warnings.warn(message, ColdKernelWarning, stacklevel=2)

    @property
    def is_warm(self) -> bool:
        """Whether the kernel was forked."""
        return self.process is not None and hasattr(self.process, "wait_async")

    async def poll(self) -> int | None:
        """Return the exit code or None; while the kernel is stopping, wait a little for it."""
        if self.is_warm and self._stopping:
            # jupyter_client sleeps 0.1 s between two questions; answered when it happens, it need not.
            code: int | None = await self.process.wait_async(1.0)
            return code
        return await super().poll()

    async def wait(self) -> int | None:
        """Wait for the end of the kernel."""
        if not self.is_warm:
            return await super().wait()
        while (code := await self.process.wait_async(3600)) is None:
            pass
        self.process = None  # type: ignore[assignment]
        return int(code)

    async def send_signal(self, signum: int) -> None:
        """Send a signal to the kernel and what it has started."""
        if not self.is_warm:
            await super().send_signal(signum)
            return
        if signum in (signal.SIGKILL, signal.SIGTERM):
            self._stopping = True
        if signum != 0:
            self.process.send_signal(signum)

    async def shutdown_requested(self, restart: bool = False) -> None:
        """From now on the end is awaited."""
        self._stopping = True
        await super().shutdown_requested(restart=restart)


def _is_default_transport(manager: Any) -> bool:
    """Say whether nobody chose how this manager talks to its kernel."""
    if manager.transport != "tcp":
        return False
    # A restarted kernel keeps the ports of the first one.
    return manager.shell_port == 0 and manager.ip in ("127.0.0.1", "localhost", "::1")


def _standard_streams(kwargs: dict[str, Any]) -> tuple[int, ...]:
    """Return descriptors for the kernel's output and error: as given, else those of this process."""
    streams = []
    for name, default in (("stdout", 1), ("stderr", 2)):
        stream = kwargs.get(name)
        number = (
            default if stream is None else stream if isinstance(stream, int) else stream.fileno()
        )
        try:
            os.fstat(number)
        except OSError:
            # Closed, or one of subprocess's marks: the kernel writes to nowhere.
            return ()
        streams.append(number)
    return tuple(streams)


def split_command(cmd: list[str]) -> tuple[tuple[str, ...], str, tuple[str, ...]]:
    """Return the interpreter's options, the program and its arguments, of a command that starts an ipykernel.

    Raises
    ------
    KitError
        When the command starts anything else.

    Examples
    --------
    >>> split_command(["python3", "-Xfrozen_modules=off", "-m", "ipykernel_launcher", "-f", "k.json"])
    (('-Xfrozen_modules=off',), 'ipykernel_launcher', ('-f', 'k.json'))
    """
    if "-m" in cmd:
        at = cmd.index("-m")
        if cmd[at + 1 : at + 2] and cmd[at + 1] in _LAUNCHERS:
            return tuple(cmd[1:at]), cmd[at + 1], tuple(cmd[at + 2 :])
    raise KitError(
        _("this kernel is not started by `python -m ipykernel_launcher`"), where=" ".join(cmd)
    )


def find_preload(env: dict[str, str], cwd: str) -> tuple[str, ...]:
    """Return what the notebook of a JupyterLab session imports; nothing where there is none."""
    from kit.kernels.imports import preload_for

    session = env.get("JPY_SESSION_NAME", "")
    for candidate in (Path(session), Path(cwd) / Path(session).name):
        if session.endswith(".ipynb") and candidate.is_file():
            return preload_for([candidate])
    return ()
