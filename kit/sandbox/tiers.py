"""Which walls this machine can build, found out by building them.

Whether a program is installed or a setting is on says little: containers refuse what the kernel offers, and
the other way round. So each tier is tried with a small command that reports what it can reach.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, get_args

from kit.errors import KitError
from kit.i18n import gettext as _

Tier = Literal["bubblewrap", "namespaces", "landlock", "none"]
#: From the strongest to the weakest.
TIERS: tuple[Tier, ...] = get_args(Tier)
#: Those that are chosen without being asked for: in the others, code is not alone with its own.
CHOSEN: tuple[Tier, ...] = ("bubblewrap", "namespaces")


@dataclass(frozen=True)
class Walls:
    """Walls that can be built.

    Parameters
    ----------
    tier
        Which kind.
    program
        The path of bubblewrap, for the tier of that name.
    """

    tier: Tier
    program: str | None = None

    @property
    def has_root(self) -> bool:
        """Whether the command sees a root of its own."""
        return self.tier in ("bubblewrap", "namespaces")

    def sockets_inside(self, folder: Path) -> str:
        """Return where the command sees the folder of sockets."""
        return "/run/sockets" if self.has_root else str(folder)


@dataclass(frozen=True)
class Probe:
    """What came of trying a tier.

    Parameters
    ----------
    tier
        Which one.
    holds
        Whether it can be built, and nothing was reached that must not be.
    label
        The walls that stood, with their parts.
    reason
        Why it does not hold.
    """

    tier: Tier
    holds: bool
    label: str = ""
    reason: str = ""


# Reports what must not be possible and was; runs behind the walls, so it imports nothing of ours.
_ATTEMPT = """
import json, os, socket, sys
reached = []
for family in (socket.AF_INET, socket.AF_INET6):
    try:
        socket.socket(family, socket.SOCK_DGRAM).close()
        reached.append("network sockets")
    except OSError:
        pass
for path in sys.argv[1:]:
    try:
        os.listdir(path) if os.path.isdir(path) else open(path).close()
        reached.append(path)
    except OSError:
        pass
try:
    open("/usr/kit-walls-probe", "w").close()
    reached.append("/usr")
except OSError:
    pass
open("probe", "w").close()
print(json.dumps(sorted(set(reached))))
"""


def choose_tier(name: Tier | str | None = None) -> Walls:
    """Return the strongest walls that hold on this machine, or those asked for by name.

    Parameters
    ----------
    name
        One of `TIERS`. ``landlock``, and ``none`` for no walls at all, are never chosen, only asked for.

    Raises
    ------
    KitError
        If no walls hold, or the ones asked for do not.
    """
    if name is not None and name not in TIERS:
        raise KitError(
            _("there are no walls named {name!r}").format(name=name),
            fix=_("Choose one of {names}").format(names=", ".join(TIERS)),
        )
    if name == "none":
        return Walls("none")
    reasons = []
    for tier in CHOSEN if name is None else (name,):
        probe = probe_tier(tier)
        if probe.holds:
            return make_walls(tier)
        reasons.append(f"{tier}: {probe.reason}")
    raise KitError(
        _("no walls hold on this machine ({reasons})").format(reasons="; ".join(reasons)),
        fix=_suggest_by_name(name),
    )


def _suggest_by_name(name: str | None) -> str:
    if name is not None:
        return _("Run kit doctor to see what is missing, or ask for other walls")
    if probe_tier("landlock").holds:
        return _(
            "Run kit doctor to see what is missing, and grade where it is permitted. Weaker walls only by "
            "name: --walls landlock holds here; --walls none is for people whom you trust with your files"
        )
    return _(
        "Run kit doctor to see what is missing, and grade where it is permitted. "
        "--walls none is for people whom you trust with your files"
    )


def make_walls(tier: Tier) -> Walls:
    """Return a description of walls, without trying them."""
    return Walls(tier, find_bubblewrap() if tier == "bubblewrap" else None)


@cache
def find_bubblewrap() -> str | None:
    """Return the path of the program, if there is one."""
    return shutil.which("bwrap", path="/usr/bin:/usr/local/bin:/bin") or shutil.which("bwrap")


@cache
def can_close_namespaces(program: str) -> bool:
    """Return whether this version can forbid new user namespaces inside (0.8 and later)."""
    try:
        text = subprocess.run([program, "--help"], capture_output=True, timeout=20, check=False)
    except (OSError, subprocess.SubprocessError):
        return False
    return b"--disable-userns" in text.stdout + text.stderr


@contextlib.contextmanager
def _bait() -> Iterator[list[str]]:
    """Make files that the command must not be able to read, where people have theirs."""
    paths = []
    with contextlib.ExitStack() as files:
        for folder in (Path.home(), Path(tempfile.gettempdir())):
            with contextlib.suppress(OSError):
                bait = tempfile.TemporaryDirectory(dir=folder, prefix=".kit-walls-probe-")
                paths.append(f"{files.enter_context(bait)}/bait")
                Path(paths[-1]).touch(0o600)
        yield paths


@cache
def probe_tier(tier: Tier) -> Probe:
    """Try to build the walls of a tier, and to reach from inside what must be out of reach."""
    if sys.platform != "linux":
        return Probe(tier, False, reason=_("walls need Linux"))
    walls = make_walls(tier)
    if tier == "bubblewrap" and walls.program is None:
        return Probe(tier, False, reason=_("bubblewrap is not installed"))
    from kit.sandbox.launcher import run
    from kit.sandbox.limits import Limits
    from kit.sandbox.process import WallsError

    try:
        with _bait() as bait:
            forbidden = [*bait, "/etc/shadow", f"/proc/{os.getpid()}/environ"]
            done = run(
                [sys.executable, "-I", "-S", "-c", _ATTEMPT, *forbidden],
                walls=walls,
                limits=Limits(wall_seconds=30, memory_mb=512, processes=16, disk_mb=16, files=100),
            )
        reached = json.loads(done.stdout) if done.outcome.returncode == 0 else None
    except (KitError, OSError) as err:
        return Probe(tier, False, reason=err.reason if isinstance(err, WallsError) else str(err))
    if reached is None:
        last = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
        return Probe(tier, False, done.outcome.label, "".join(last) or _("the command did not end"))
    if reached:
        reason = _("these were within reach: {names}").format(names=", ".join(reached))
        return Probe(tier, False, done.outcome.label, reason)
    return Probe(tier, True, done.outcome.label)
