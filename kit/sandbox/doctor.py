"""What this machine can do for the kit, found out by trying, and what to do about the rest."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import platform
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from kit.i18n import gettext as _
from kit.sandbox import landlock
from kit.sandbox.cgroups import make_group
from kit.sandbox.tiers import CHOSEN, TIERS, probe_tier

State = Literal["ok", "missing", "note"]
_LEAST_FREE = 2_000_000_000


@dataclass(frozen=True)
class Check:
    """One thing that was looked at.

    Parameters
    ----------
    name
        A stable name, for programs.
    state
        ``ok``; ``missing``, where something does not work; ``note``, where it could be better.
    text
        What was found, in one sentence.
    fixes
        What to do, one line each; lines that can be pasted into a terminal are just that.
    """

    name: str
    state: State
    text: str
    fixes: tuple[str, ...] = ()


def check_machine() -> list[Check]:
    """Look at everything; takes a second or two."""
    return [
        _check_python(),
        _check_environment(),
        _check_disk(),
        *check_walls(),
        _check_grader(),
    ]


def check_walls() -> list[Check]:
    """Try each tier of walls, the inner walls, and control groups."""
    if sys.platform != "linux":
        text = _("grading untrusted code needs Linux; learning and writing lessons do not")
        return [Check("walls", "note", text, (_("Grade in a virtual machine or on a server."),))]
    checks = []
    probes = {tier: probe_tier(tier) for tier in TIERS[:-1]}
    best = next((tier for tier in probes if probes[tier].holds), None)
    for number, (tier, probe) in enumerate(probes.items(), 1):
        if probe.holds:
            text = _("walls of tier {n} ({tier}) hold: {label}").format(
                n=number, tier=tier, label=probe.label
            )
            checks.append(Check(f"walls-{tier}", "ok", text))
        else:
            text = _("walls of tier {n} ({tier}) do not hold: {reason}").format(
                n=number, tier=tier, reason=probe.reason
            )
            # A weaker tier that is missing below a stronger one that holds harms nobody.
            weaker = best is not None and TIERS.index(tier) > TIERS.index(best)
            state: State = "note" if weaker else "missing"
            checks.append(Check(f"walls-{tier}", state, text, _suggest(tier)))
    if best is None:
        text = _("no walls hold: kit refuses to grade untrusted code here")
        checks.append(Check("walls", "missing", text))
    elif best not in CHOSEN:
        text = _("kit refuses to grade here, unless tier {n} is asked for by name: --walls {tier}")
        text = text.format(n=TIERS.index(best) + 1, tier=best)
        checks.append(Check("walls", "missing", text, _suggest("namespaces")))
    else:
        text = _("kit uses tier {n} ({tier})").format(n=TIERS.index(best) + 1, tier=best)
        checks.append(Check("walls", "ok", text))
    checks.append(_check_inner(best))
    checks.append(_check_groups())
    return checks


def _suggest(tier: str) -> tuple[str, ...]:
    """Return the lines that make a tier possible on this machine, as far as can be told."""
    lines: list[str] = []
    if tier == "bubblewrap" and not shutil.which("bwrap"):
        lines.append(_install_line())
    if tier in ("bubblewrap", "namespaces"):
        for name, wanted in (
            ("user.max_user_namespaces", lambda value: int(value) > 0),
            ("kernel.unprivileged_userns_clone", lambda value: value == "1"),
            ("kernel.apparmor_restrict_unprivileged_userns", lambda value: value == "0"),
        ):
            value = _read_setting(name)
            if value is not None and not wanted(value):
                good = "15000" if name.startswith("user.") else "10"["restrict" in name]
                lines.append(f"sudo sysctl -w {name}={good}")
        if is_container():
            lines.append(
                "docker run --security-opt seccomp=unconfined --security-opt apparmor=unconfined "
                "--security-opt systempaths=unconfined …"
            )
    elif not landlock.find_version():
        lines.append(_("Boot with lsm=landlock,… on a kernel of version 5.13 or later"))
    if platform.machine() not in ("x86_64", "aarch64"):
        lines.append(_("Use a machine with an x86_64 or aarch64 processor"))
    return tuple(lines)


def _install_line() -> str:
    for program, line in (
        ("apt-get", "sudo apt-get install bubblewrap"),
        ("dnf", "sudo dnf install bubblewrap"),
        ("pacman", "sudo pacman -S bubblewrap"),
        ("zypper", "sudo zypper install bubblewrap"),
        ("apk", "sudo apk add bubblewrap"),
    ):
        if shutil.which(program):
            return line
    return _("Install bubblewrap with the system's package manager")


def _read_setting(name: str) -> str | None:
    try:
        return Path("/proc/sys", *name.split(".")).read_text(encoding="ascii").strip()
    except OSError:
        return None


def is_container() -> bool:
    """Return whether this looks like the inside of a container."""
    return (
        os.path.exists("/.dockerenv")
        or os.path.exists("/run/.containerenv")
        or "KUBERNETES_SERVICE_HOST" in os.environ
    )


def _check_inner(best: str | None) -> Check:
    from kit.sandbox.inner_probe import probe_inner

    if best not in ("bubblewrap", "namespaces"):
        text = _("inner walls for each submission need tier 1 or 2")
        return Check("walls-inner", "note", text)
    probe = probe_inner("bubblewrap" if best == "bubblewrap" else "namespaces")
    if probe.holds:
        text = _("inner walls stand inside the outer ones, each with a process table of its own")
        return Check("walls-inner", "ok", text)
    text = _("inner walls do not stand inside the outer ones: {reason}").format(reason=probe.reason)
    return Check("walls-inner", "note", text, _suggest("namespaces"))


def _check_groups() -> Check:
    group = make_group(f"kit-doctor-{os.getpid()}", memory=1 << 30, processes=64)
    if group is not None:
        controls = ", ".join(sorted(group.controls))
        group.remove()
        if {"memory", "pids"} <= group.controls:
            text = _("control groups (version {n}) limit a whole tree: {controls}").format(
                n=group.version, controls=controls
            )
            return Check("cgroups", "ok", text)
    text = _("no control groups: kit watches memory itself, a little less sharply")
    return Check(
        "cgroups", "note", text, ("systemd-run --user --scope -p Delegate=yes kit grade …",)
    )


def _check_python() -> Check:
    version = platform.python_version()
    if (3, 11) <= sys.version_info[:2] <= (3, 13):
        return Check("python", "ok", _("Python {version}").format(version=version))
    text = _("Python {version} is not one that kit is tested with").format(version=version)
    return Check("python", "missing", text, (_("Use Python 3.11, 3.12 or 3.13."),))


def _check_environment() -> Check:
    """See whether an interpreter below a closed home could be shown to another user."""
    text = _("the Python environment is in {folder}").format(folder=sys.prefix)
    if os.getuid() != 0:
        return Check("environment", "ok", text)
    for folder in Path(os.path.realpath(sys.executable)).parents:
        if not folder.stat().st_mode & 0o001:
            text = _("the interpreter lies below {folder}, which only you can enter").format(
                folder=folder
            )
            fix = _("Tiers 1 and 2 manage. For tier 3, put the environment into /opt.")
            return Check("environment", "note", text, (fix,))
    return Check("environment", "ok", text)


def _check_disk() -> Check:
    folder = tempfile.gettempdir()
    free = shutil.disk_usage(folder).free
    text = _("{n:.1f} GB are free in {folder}").format(n=free / 1e9, folder=folder)
    if free >= _LEAST_FREE:
        return Check("disk", "ok", text)
    return Check("disk", "missing", text, (_("Make room: kit needs 2 GB."),))


def _check_grader() -> Check:
    missing = []
    for name in ("nbgrader", "nbconvert", "nh3", "sqlalchemy"):
        with contextlib.suppress(ImportError, ValueError):
            if importlib.util.find_spec(name) is not None:
                continue
        missing.append(name)
    if not missing:
        return Check("grading", "ok", _("everything for grading is installed"))
    text = _("for grading a class, these are missing: {names}").format(names=", ".join(missing))
    return Check("grading", "note", text, ('pip install "bitacora-kit[grading]"',))
