"""Hold lessons and assignments against every rule, and report every violation at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kit.authoring.finding import Finding
from kit.authoring.registry import Kind, apply_rule, rules_for
from kit.authoring.subject import read_lesson
from kit.errors import KitError


@dataclass(frozen=True)
class Report:
    """What verifying found: the files looked at, and the violations, sorted by place."""

    paths: tuple[str, ...]
    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing was found."""
        return not self.findings


def check_lesson(path: str | Path) -> list[Finding]:
    """Return what the static rules find in one lesson; an unreadable file is one finding."""
    return _check("lesson", path)


def _check(kind: Kind, path: str | Path) -> list[Finding]:
    try:
        subject = read_lesson(path)
    except KitError as error:
        return [Finding(str(path), "readable", error.what, error.fix or "")]
    found = [
        finding for each in rules_for(kind, executes=False) for finding in apply_rule(each, subject)
    ]
    return sorted(found, key=lambda finding: finding.order)


def verify(paths: Sequence[str | Path]) -> Report:
    """Return what the static rules find in these lessons."""
    findings = [finding for path in paths for finding in check_lesson(path)]
    return Report(tuple(map(str, paths)), tuple(sorted(findings, key=lambda each: each.order)))
