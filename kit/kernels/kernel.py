"""The kernel that runs in a forked child: an ordinary ipykernel, of which as much as can be is made before."""

from __future__ import annotations

import sys
from typing import Any


def prepare() -> None:
    """Do once, in the server, what every kernel would do."""
    matplotlib: Any = sys.modules.get("matplotlib")
    if matplotlib is not None:
        matplotlib._kit_warm_fname = matplotlib.matplotlib_fname()


def run(argv: list[str]) -> int:
    """Run an ipykernel with these arguments until it is shut down."""
    from ipykernel.kernelapp import IPKernelApp

    # 1 means to ipykernel that there is no parent to watch: the lifeline does that.
    app = IPKernelApp.instance(parent_handle=1)
    app.initialize(argv)
    _show_figures()
    app.start()
    return 0


def _show_figures() -> None:
    """Let pyplot and the inline backend, imported before there was a shell, draw at the end of each cell."""
    pyplot: Any = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None:
        pyplot.install_repl_displayhook()
    inline: Any = sys.modules.get("matplotlib_inline.backend_inline")
    if inline is not None:
        inline._enable_matplotlib_integration()
