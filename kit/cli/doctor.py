"""`kit doctor`: what this machine can do, and what to do about the rest."""

from __future__ import annotations

import dataclasses
import json
import sys

import click

from kit.i18n import gettext as _
from kit.sandbox.doctor import Check, check_machine

_MARKS = {"ok": ("✓", "green"), "missing": ("✗", "red"), "note": ("·", "yellow")}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
def doctor(as_json: bool) -> None:
    """See what this machine can do for you, found out by trying.

    Each line says what works or what is missing, and below it the line that mends it. Nothing is changed,
    nothing is sent anywhere. You do not need a web browser of a certain kind.

    The exit code is 0 when everything that you need to learn works; walls are needed only to grade.

    \b
    Examples:
      kit doctor
      kit doctor --json
    """
    checks = [*check_machine(), _check_warm_kernels()]
    if as_json:
        listed = [dataclasses.asdict(check) for check in checks]
        click.echo(json.dumps(listed, indent=1, ensure_ascii=False))
    else:
        for check in checks:
            mark, colour = _MARKS[check.state]
            click.echo(f"{click.style(mark, fg=colour)} {check.text}")
            for line in check.fixes:
                click.echo(f"    {line}")
    needed = {"python", "disk"}
    if any(check.state == "missing" and check.name in needed for check in checks):
        sys.exit(1)


def _check_warm_kernels() -> Check:
    """Start kernels from a fork server, as JupyterLab would, and stop them again."""
    if sys.platform != "linux":
        return Check("warm-kernels", "note", _("warm kernels need Linux; kernels start cold"))
    from kit.errors import KitError
    from kit.kernels.trial import try_kernels

    try:
        trial = try_kernels()
    except (KitError, RuntimeError, OSError) as error:
        reason = error.message() if isinstance(error, KitError) else str(error)
        text = _("kernels start cold: {reason}").format(reason=reason)
        return Check("warm-kernels", "note", text)
    if trial.cold_reason is not None:
        text = _("kernels start cold: {reason}").format(reason=trial.cold_reason)
        return Check("warm-kernels", "note", text)
    text = _(
        "warm kernels work: one was ready after {ready:.2f} s, the first after {first:.2f} s"
    ).format(ready=trial.ready, first=trial.first)
    return Check("warm-kernels", "ok", text)
