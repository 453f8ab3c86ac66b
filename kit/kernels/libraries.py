"""What the fork server has loaded, and whether that is still what lies on disk.

Only the standard library and installed packages are loaded: a path that is edited in place (an editable
installation, a working folder) would be frozen into every kernel that follows. A library that starts a thread
when it is imported can't be forked from; it is named, so that the server can begin again without it.
"""

from __future__ import annotations

import array
import contextlib
import importlib
import os
import sys
import sysconfig
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

# What every kernel needs besides the libraries of its notebook. ipykernel loads some of it late: when it
# starts, at the first error, the first magic, the first completion.
ALWAYS = (
    "ipykernel.kernelapp",
    "ipykernel.ipkernel",
    "ipykernel.zmqshell",
    "ipykernel.debugger",
    "ipykernel.subshell_manager",
    "IPython.core.completer",
    "IPython.core.guarded_eval",
    "IPython.core.latex_symbols",
    "IPython.core.logger",
    "IPython.core.magic_arguments",
    "IPython.core.magics",
    "IPython.core.magics.osm",
    "IPython.extensions.storemagic",
    "faulthandler",
    "jedi",
    "jedi.inference.finder",
    "pexpect",
    "psutil",
    "pygments.formatters.html",
    "pygments.formatters.terminal256",
    "pygments.lexers.python",
    "pygments.styles.default",
    "sqlite3",
    "stack_data",
    "tornado.platform.asyncio",
    "multiprocessing.resource_sharer",
    "concurrent.futures.thread",
    "getpass",
    "pdb",
)


class StartsThreadsError(Exception):
    """A library that can't be preloaded, because it starts a thread when it is imported."""


class Libraries:
    """The loaded modules, and the state on disk of the files that they came from."""

    def __init__(self) -> None:
        self.loaded: list[str] = []
        self.failed: dict[str, str] = {}
        self.seconds: dict[str, float] = {}
        self.names: frozenset[str] = frozenset()
        # In one piece each: looking through thousands of strings, all over the heap, would change the counts
        # of their references, and each page so changed is a page that kernels no longer share.
        self._files = b""
        self._stamps = array.array("q")

    def record(self, before: frozenset[str]) -> None:
        """Remember which top-level names were loaded after `before`, and the files of all modules."""
        self.names = frozenset(name.partition(".")[0] for name in sys.modules) - before
        files = set(installed_folders())
        for module in list(sys.modules.values()):
            origin = getattr(getattr(module, "__spec__", None), "origin", None)
            if isinstance(origin, str) and origin.startswith("/"):
                files.add(origin)
        self._files = "\0".join(sorted(files)).encode()
        self._stamps = array.array("q", map(_stamp, self._files.split(b"\0")))

    def find_change(self) -> str | None:
        """Name a file that is no longer what was loaded, or return None."""
        for path, stamp in zip(self._files.split(b"\0"), self._stamps, strict=True):
            if _stamp(path) != stamp:
                return path.decode()
        return None


def _stamp(path: bytes) -> int:
    try:
        state = os.stat(path)  # noqa: PTH116
    except OSError:
        return 0
    # A file put in the place of another can have its time, but not its number.
    return state.st_mtime_ns ^ state.st_ino


def installed_folders() -> list[str]:
    """Return the folders into which packages are installed, the user's own included where it is in use."""
    import site

    paths = sysconfig.get_paths()
    folders = {paths["purelib"], paths["platlib"], *site.getsitepackages()}
    if site.ENABLE_USER_SITE:
        folders.add(site.getusersitepackages())
    return sorted(folder for folder in folders if os.path.isdir(folder))  # noqa: PTH112


@contextlib.contextmanager
def only_installed() -> Iterator[None]:
    """Let imports find the standard library and installed packages, and nothing that is edited in place."""
    paths = sysconfig.get_paths()
    roots = [paths["stdlib"], paths["platstdlib"], *installed_folders()]
    path, finders = list(sys.path), list(sys.meta_path)
    sys.path[:] = [
        entry for entry in path if entry in roots or _is_standard(entry, paths["stdlib"])
    ]
    # Editable installations of setuptools bring a finder of their own.
    sys.meta_path[:] = [finder for finder in finders if "editable" not in _module_of(finder)]
    try:
        yield
    finally:
        sys.path[:] = path
        sys.meta_path[:] = finders


def _is_standard(entry: str, stdlib: str) -> bool:
    return entry.startswith(stdlib) or entry.endswith(".zip")


def _module_of(finder: Any) -> str:
    return str(getattr(finder, "__module__", "")) + str(getattr(type(finder), "__module__", ""))


def load(names: Sequence[str], left_out: Mapping[str, str] | None = None) -> Libraries:
    """Import what every kernel needs and the modules in `names`; return what is loaded.

    A module that can't be imported is noted and left out: the kernel will report it when a cell imports it.

    Parameters
    ----------
    names
        Modules to import.
    left_out
        What an earlier attempt could not load, and why.

    Raises
    ------
    StartsThreadsError
        With the name of the first module that starts a thread. The only way back is a new process.
    """
    libraries = Libraries()
    libraries.failed = dict(left_out or {})
    with only_installed():
        _import_all(libraries, ALWAYS, noted=False)
        before = frozenset(name.partition(".")[0] for name in sys.modules)
        _import_all(libraries, names, noted=True)
    libraries.record(before)
    return libraries


def _import_all(libraries: Libraries, names: Sequence[str], *, noted: bool) -> None:
    for name in names:
        began = time.perf_counter()
        try:
            importlib.import_module(name)
        except Exception as error:
            if noted:
                libraries.failed[name] = f"{type(error).__name__}: {error}"
            continue
        finally:
            if noted:
                libraries.seconds[name] = round(time.perf_counter() - began, 3)
        if count_threads() > 1:
            raise StartsThreadsError(name)
        if noted:
            libraries.loaded.append(name)


def count_threads() -> int:
    """Return how many threads this process has, those of C libraries included."""
    return len(os.listdir("/proc/self/task"))  # noqa: PTH208
