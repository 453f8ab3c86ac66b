"""The walls around code that is not trusted.

`choose_tier` finds, by trying, the strongest walls that this machine can build; `launch` runs one command
behind them, with limits that hold for everything the command starts; `enter_inner` puts one submission into
namespaces of its own inside a server that is behind walls already.

Names are loaded when they are first used: the process that builds the walls imports this package too, and
every millisecond of its start is paid for each submission.
"""

from __future__ import annotations

# As type checkers want it, without importing typing.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from kit.sandbox.inner import enter_inner
    from kit.sandbox.launcher import launch, run
    from kit.sandbox.limits import LimitHit, Limits
    from kit.sandbox.process import Outcome, Walled
    from kit.sandbox.tiers import Walls, choose_tier, probe_tier

__all__ = [
    "LimitHit",
    "Limits",
    "Outcome",
    "Walled",
    "Walls",
    "choose_tier",
    "enter_inner",
    "launch",
    "probe_tier",
    "run",
]

_HOME_OF = {
    "LimitHit": "limits",
    "Limits": "limits",
    "Outcome": "process",
    "Walled": "process",
    "launch": "launcher",
    "run": "launcher",
    "Walls": "tiers",
    "choose_tier": "tiers",
    "probe_tier": "tiers",
    "enter_inner": "inner",
}


def __getattr__(name: str) -> object:
    import importlib

    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"kit.sandbox.{_HOME_OF[name]}"), name)
