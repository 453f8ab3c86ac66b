"""The kernel of a run: which manager starts it, its environment, its folder, and its certain end."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import psutil

# A socket's path has at most 107 bytes on Linux and 103 on macOS; "/k-ipc-5" and the folder's random
# name go on top of the base.
_LONGEST_BASE = 103 - len("/kit-12345678/k-ipc-12345")

THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)


def kernel_manager_class(*, warm: bool) -> type[Any]:
    """Return the class that starts kernels: a warm one where asked for and there is one."""
    from jupyter_client.manager import AsyncKernelManager

    # Where there can be no warm kernel anyway, nobody needs the warning that there is none.
    if warm and sys.platform == "linux":
        from kit.kernels import WarmKernelManager

        return WarmKernelManager
    cold: type[Any] = AsyncKernelManager
    return cold


def kernel_environment(
    base: Mapping[str, str], *, strict: bool, folder: Path | None = None
) -> dict[str, str]:
    """Return the environment of a kernel, such that two runs of a notebook see the same one.

    Parameters
    ----------
    base
        The environment to start from; it is not changed.
    strict
        Whether checks and agreement tables in a lesson raise (``KIT_CHECKS=strict``).
    folder
        Where IPython keeps its profile; the user's own start-up files must not change a result.
    """
    env = dict(base)
    # They run code of the user's choice before the first cell, hide warnings, or (the last one) keep
    # ipykernel from showing what is written past Python, so that a test would not see what users see.
    unwanted = (
        "PYTHONSTARTUP",
        "PYTHONWARNINGS",
        "PYTHONINSPECT",
        "KIT_CHECKS",
        "PYTEST_CURRENT_TEST",
    )
    for name in unwanted:
        env.pop(name, None)
    # Two busy numeric threads on two cores are many times slower than one.
    env.update(dict.fromkeys(THREAD_VARIABLES, "1"))
    env["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"
    env["PYTHONHASHSEED"] = "0"
    # ipykernel's debugger otherwise warns on stderr at each start; nobody debugs here.
    env["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"
    if strict:
        env["KIT_CHECKS"] = "strict"
    if folder is not None:
        env["IPYTHONDIR"] = str(folder / "ipython")
    return env


@contextlib.contextmanager
def private_folder() -> Iterator[Path]:
    """Make a folder that only this user can enter, short enough for sockets, and remove it after."""
    path = Path(tempfile.mkdtemp(prefix="kit-", dir=_short_base()))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def _short_base() -> str | None:
    for base in (os.environ.get("XDG_RUNTIME_DIR"), tempfile.gettempdir(), "/tmp"):
        if base and len(os.fsencode(base)) <= _LONGEST_BASE and os.access(base, os.W_OK | os.X_OK):
            return base
    return None


def transport() -> str:
    """Return how to talk to a kernel: sockets in a folder of one's own, where the system has them."""
    return "tcp" if sys.platform == "win32" else "ipc"


def end_processes(processes: Iterable[psutil.Process]) -> None:
    """Kill what is still alive of some processes and of everything they have started since.

    psutil knows a process by its start time, too, so nobody is hit who was given the same number.
    """
    for process in processes:
        family = [process]
        with contextlib.suppress(psutil.Error):
            family += process.children(recursive=True)
        for member in family:
            with contextlib.suppress(psutil.Error):
                if member.pid != os.getpid():
                    member.kill()
