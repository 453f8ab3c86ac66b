"""What libraries took from the environment, or from chance, when the server imported them: applied again.

Without this, every kernel would draw the same random numbers, and a figure would not be shown.
"""

from __future__ import annotations

import contextlib
import locale
import os
import site
import sys
import time
import traceback
from typing import Any


def refresh_libraries() -> None:
    """Apply again what libraries took from the environment, or from chance, when they were imported."""
    time.tzset()
    with contextlib.suppress(locale.Error):
        # A new interpreter does this, and no more than this.
        locale.setlocale(locale.LC_CTYPE, "")
    site.USER_SITE = site.USER_BASE = None
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    # Every kernel would otherwise accept the connections of every other one.
    if "multiprocessing.process" in sys.modules:
        process = sys.modules["multiprocessing.process"].current_process()
        process._config["authkey"] = sys.modules["multiprocessing.process"].AuthenticationString(
            os.urandom(32)
        )
    for refresh in (_reseed, _set_threads, _refresh_matplotlib):
        try:
            refresh()
        except Exception:
            # Not worth a kernel, but worth a line in the log of whoever asked.
            traceback.print_exc(file=sys.__stderr__)


def _reseed() -> None:
    # Python's own generator does this by itself after a fork.
    if "numpy.random" in sys.modules:
        sys.modules["numpy.random"].seed()
    if "torch" in sys.modules:
        # That of the processor only: those of devices are made, and seeded, when they are first used.
        sys.modules["torch"].default_generator.seed()


def _set_threads() -> None:
    asked = os.environ["OMP_NUM_THREADS"].partition(",")[0]
    count = int(asked) if asked.isdigit() and int(asked) > 0 else 1
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(count)
    if count > 1 and "threadpoolctl" in sys.modules:
        sys.modules["threadpoolctl"].threadpool_limits(count)


def _refresh_matplotlib() -> None:
    matplotlib: Any = sys.modules.get("matplotlib")
    if matplotlib is None:
        return
    for cached in (matplotlib.get_configdir, matplotlib.get_cachedir):
        _forget_result(cached)
    if matplotlib.matplotlib_fname() != matplotlib._kit_warm_fname:
        matplotlib.rc_file(matplotlib.matplotlib_fname())
    os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    matplotlib.rcParams["backend"] = os.environ["MPLBACKEND"]


def _forget_result(function: Any) -> None:
    """Make one of matplotlib's functions that remember their result look again."""
    if hasattr(function, "cache_clear"):
        function.cache_clear()
        return
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        if name == "called":
            cell.cell_contents = False
