"""Trying the inner walls: a process behind walls puts a child into namespaces of its own.

Run inside, as a program, by `probe_inner`; the modules of this package are shown to it for that.
"""

from __future__ import annotations

import json
import os
import sys
from functools import cache
from pathlib import Path

from kit.errors import KitError
from kit.i18n import gettext as _
from kit.sandbox.tiers import CHOSEN, Probe, Tier, make_walls

_PROGRAM = """
import sys
sys.path.append(sys.argv[1])
import kit.sandbox.inner_probe
kit.sandbox.inner_probe.report()
"""


def report() -> None:
    """Enter the inner walls and print what can be seen from there."""
    from kit.sandbox.inner import enter_inner

    pid = os.fork()
    if pid:
        os._exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) & 0xFF)
    try:
        enter_inner()
    except OSError as error:
        print(json.dumps({"error": str(error)}))
        sys.stdout.flush()
        os._exit(1)
    seen = [name for name in os.listdir("/proc") if name.isdigit()]
    print(json.dumps({"pid": os.getpid(), "processes": seen}))
    sys.stdout.flush()
    os._exit(0)


def probe_inner(tier: Tier) -> Probe:
    """Try whether inner walls can stand inside those of a tier, process table included."""
    from kit.sandbox.launcher import run
    from kit.sandbox.limits import Limits

    if tier not in ("bubblewrap", "namespaces"):
        return Probe(tier, False, reason=_("there are no inner walls in this tier"))
    package = Path(__file__).parent.parent
    try:
        done = run(
            [sys.executable, "-I", "-S", "-c", _PROGRAM, str(package.parent)],
            walls=make_walls(tier),
            read_only=[
                package / "__init__.py",
                package / "errors.py",
                package / "i18n.py",
                package / "sandbox",
            ],
            limits=Limits(wall_seconds=30, memory_mb=512, processes=16, disk_mb=16, files=100),
            nested=True,
        )
        found = json.loads(done.stdout.decode() or "{}")
    except (KitError, OSError, ValueError) as error:
        return Probe(tier, False, reason=str(error))
    if found.get("pid") == 1 and found["processes"] == ["1"]:
        return Probe(tier, True, done.outcome.label)
    lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
    return Probe(tier, False, done.outcome.label, found.get("error") or "".join(lines[-1:]))


@cache
def holds_inner(tier: Tier) -> bool:
    """Return whether inner walls can stand inside those of a tier on this machine."""
    return tier in CHOSEN and probe_inner(tier).holds
