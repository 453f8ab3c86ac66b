"""A Jupyter kernel behind walls, for jupyter_client and nbclient.

The kernel and its cells are behind the walls; whoever drives it is outside, and reaches it through sockets
in a folder that is shown on both sides. Only a handful of variables of the manager's environment go in.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import signal
import tempfile
import uuid
from pathlib import Path
from typing import Any

from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner
from traitlets import Any as AnyTrait
from traitlets import List

from kit.sandbox.launcher import launch
from kit.sandbox.limits import Limits
from kit.sandbox.process import Outcome, Walled
from kit.sandbox.tiers import Walls

#: What a kernel may know of the environment of its manager.
KEPT = (
    "KIT_CHECKS",
    "KIT_SEED",
    "LANG",
    "LC_ALL",
    "MKL_NUM_THREADS",
    "MPLBACKEND",
    "NBGRADER_EXECUTION",
    "NUMEXPR_NUM_THREADS",
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "PYDEVD_DISABLE_FILE_VALIDATION",
    "PYTHONHASHSEED",
    "TZ",
)
_POLL = 0.02


class WalledProvisioner(LocalProvisioner):
    """Start a kernel behind walls; `outcome` says at the end what it used and which limit it hit."""

    walls: Walls | None = None
    limits: Limits | None = None
    read_only: tuple[Path, ...] = ()
    outcome: Outcome | None = None
    label: str = ""
    _folder: Path | None = None

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Choose a folder for the sockets, and tell the kernel where it will see it."""
        manager = self.parent
        assert manager is not None and self.walls is not None
        self._remove_folder()
        # A short path: that of a socket has at most 107 bytes.
        self._folder = Path(tempfile.mkdtemp(prefix="kit-k-", dir="/tmp"))
        manager.transport = "ipc"
        manager.ip = str(self._folder / "k")
        manager.cache_ports = False
        prepared: dict[str, Any] = await super().pre_launch(**kwargs)
        inside = self.walls.sockets_inside(self._folder)
        connection = json.loads(Path(manager.connection_file).read_text(encoding="utf-8"))
        connection["ip"] = f"{inside}/k"
        file = self._folder / "kernel.json"
        file.touch(0o600)
        file.write_text(json.dumps(connection), encoding="utf-8")
        prepared["cmd"] = [
            f"{inside}/kernel.json" if part == manager.connection_file else part
            for part in prepared["cmd"]
        ]
        return prepared

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Build the walls and start the kernel behind them."""
        env = {name: kwargs["env"][name] for name in KEPT if name in kwargs["env"]}
        cwd = kwargs.get("cwd")
        walled = await asyncio.to_thread(
            launch,
            [shutil.which(cmd[0]) or cmd[0], *cmd[1:]],
            walls=self.walls,
            workdir=Path(cwd) if cwd else None,
            read_only=self.read_only,
            sockets=self._folder,
            limits=self.limits,
            env=env,
            python=shutil.which(cmd[0]) or cmd[0],
            stdout=_descriptor(kwargs.get("stdout")),
            stderr=_descriptor(kwargs.get("stderr")),
        )
        self._hold(walled)
        self.pid, self.outcome, self.label = walled.pid, None, walled.label
        return self.connection_info

    def _hold(self, process: Any) -> None:
        # Jupyter's own provisioner asks it only for what `Walled` has, too.
        self.process = process

    @property
    def _walled(self) -> Walled | None:
        process: Any = self.process
        return process

    async def poll(self) -> int | None:
        """Return the exit code, or None while the kernel runs."""
        if self._walled is None:
            return 0
        outcome = self._walled.poll()
        if outcome is None:
            return None
        self.outcome = outcome
        return 128 + signal.SIGKILL if outcome.returncode is None else outcome.returncode

    async def wait(self) -> int | None:
        """Wait for the end of the kernel."""
        code = 0
        if self._walled is not None:
            while (answer := await self.poll()) is None:
                await asyncio.sleep(_POLL)
            code = answer
            self._walled.close()
            self._hold(None)
        return code

    async def send_signal(self, signum: int) -> None:
        """Send a signal to the kernel; what ends it ends everything behind the walls."""
        if self._walled is None or signum == 0:
            return
        if signum in (signal.SIGKILL, signal.SIGTERM):
            self.outcome = await asyncio.to_thread(self._walled.kill)
        else:
            self._walled.send_signal(signum)

    async def cleanup(self, restart: bool = False) -> None:
        """Take the walls down, whatever still stands."""
        if self._walled is not None:
            with contextlib.suppress(Exception):
                self.outcome = await asyncio.to_thread(self._walled.kill)
            self._walled.close()
            self._hold(None)
        self._remove_folder()
        await super().cleanup(restart=restart)

    def _remove_folder(self) -> None:
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None


def _descriptor(stream: Any) -> int | None:
    """Return the number of an open file; None for nothing and for subprocess's marks."""
    number = stream if isinstance(stream, int) or stream is None else stream.fileno()
    if number is None or number < 0:
        return None
    os.fstat(number)
    return int(number)


class WalledKernelManager(AsyncKernelManager):
    """Start kernels behind walls. Set `walls`, `limits` and `read_only` when it is made.

    Examples
    --------
    >>> from kit.sandbox import Limits
    >>> manager = WalledKernelManager(walls=Walls("none"), limits=Limits(memory_mb=1024))
    >>> manager.limits.memory_mb
    1024
    """

    walls = AnyTrait(help="From choose_tier")
    limits = AnyTrait(help="A kit.sandbox.Limits, or None for the usual ones")
    read_only = List(help="More paths to show, read-only")

    @property
    def outcome(self) -> Outcome | None:
        """How the last kernel ended, once it has."""
        return getattr(self.provisioner, "outcome", None)

    @property
    def label(self) -> str:
        """The walls that stand, for the evidence of a mark."""
        return str(getattr(self.provisioner, "label", ""))

    async def _async_pre_start_kernel(self, **kw: Any) -> tuple[list[str], dict[str, Any]]:
        if getattr(self, "provisioner", None) is None:
            self.kernel_id = getattr(self, "kernel_id", None) or str(uuid.uuid4())
            provisioner = WalledProvisioner(
                kernel_id=self.kernel_id, kernel_spec=self.kernel_spec, parent=self
            )
            provisioner.walls, provisioner.limits = self.walls, self.limits
            provisioner.read_only = tuple(Path(path) for path in self.read_only)
            self.provisioner = provisioner
        prepared: tuple[list[str], dict[str, Any]] = await super()._async_pre_start_kernel(**kw)
        return prepared

    pre_start_kernel = _async_pre_start_kernel
