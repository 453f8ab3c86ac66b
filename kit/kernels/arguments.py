"""What a kernel is asked to be: as usual, in which case most of it is made before the fork, or otherwise."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Sequence
from pathlib import Path

_HISTORY = re.compile(r"--HistoryManager\.hist_file=(.+)")
_CONFIGURATIONS = (
    "ipython_config.py",
    "ipython_config.json",
    "ipython_kernel_config.py",
    "ipython_kernel_config.json",
)


def find_plain_start(argv: Sequence[str]) -> tuple[str, str | None] | None:
    """Return connection file and history file, or None where arguments or a profile ask for more."""
    plain = read_plain_arguments(argv)
    return None if plain is None or find_configuration() else plain


def read_plain_arguments(argv: Sequence[str]) -> tuple[str, str | None] | None:
    """Return connection file and history file of the usual arguments, or None for any others.

    Examples
    --------
    >>> read_plain_arguments(["-f", "k.json", "--HistoryManager.hist_file=:memory:"])
    ('k.json', ':memory:')
    >>> read_plain_arguments(["-f", "k.json", "--pylab"])
    """
    if len(argv) == 2 and argv[0] == "-f":
        return argv[1], None
    if len(argv) == 3 and argv[0] == "-f" and (history := _HISTORY.fullmatch(argv[2])):
        return argv[1], history[1]
    return None


def find_configuration() -> Path | None:
    """Return a configuration file that would change a kernel of the default profile, if there is one."""
    from IPython.core.application import ENV_CONFIG_DIRS, SYSTEM_CONFIG_DIRS
    from IPython.paths import get_ipython_dir

    for folder in (f"{get_ipython_dir()}/profile_default", *ENV_CONFIG_DIRS, *SYSTEM_CONFIG_DIRS):
        for name in _CONFIGURATIONS:
            path = Path(folder, name)
            with contextlib.suppress(OSError):
                if path.exists():
                    return path
    return None
