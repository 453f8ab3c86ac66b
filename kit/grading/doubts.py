"""What a mentor should know about how marks came about: which could be forged, and which may be unjust.

Read from the evidence of results. Grading itself, and the pages on which this is shown, are left to others.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kit.grading.results import Result
from kit.i18n import gettext as _
from kit.i18n import ngettext


def describe_doubts(result: Result) -> tuple[str, ...]:
    """Return what makes marks of a result doubtful, one sentence each; empty for most.

    Examples
    --------
    >>> from kit.grading.results import CellMark
    >>> mark = CellMark("t", "test", 1.0, 1.0)
    >>> evidence = {"executed": {"nb": {"inside": {"t": "it reads the text of an answer"}}}}
    >>> print(*describe_doubts(Result("a", "s", "graded", "", (mark,), evidence=evidence)))
    1 mark could be forged, because its test ran in the same process as the answers: t.
    """
    found = []
    for name, run in result.evidence.get("executed", {}).items():
        if not isinstance(run, Mapping):
            continue
        earned = {
            mark.key: bool(mark.points)
            for mark in result.marks
            if mark.kind == "test" and mark.notebook in ("", name)
        }
        found += _describe(run, earned)
    return tuple(found)


def _describe(run: Mapping[str, Any], earned: Mapping[str, bool]) -> list[str]:
    found = []
    if run.get("verdict") == "inside":
        text = _(
            "All marks could be forged, because the tests ran in the same process as the answers"
        )
        found.append(f"{text}: {run['why']}." if run.get("why") else f"{text}.")
    # Nobody forges a mark of nothing.
    inside = [key for key in run.get("inside", {}) if earned.get(key)]
    if inside:
        text = ngettext(
            "{n} mark could be forged, because its test ran in the same process as the answers: {keys}.",
            "{n} marks could be forged, because their tests ran in the same process as the answers: {keys}.",
            len(inside),
        )
        found.append(text.format(n=len(inside), keys=", ".join(inside)))
    believed = [key for key in run.get("believed", {}) if earned.get(key)]
    if believed:
        text = ngettext(
            "{n} mark rests on what an object of the answer says of itself: {keys}.",
            "{n} marks rest on what objects of the answer say of themselves: {keys}.",
            len(believed),
        )
        found.append(text.format(n=len(believed), keys=", ".join(believed)))
    troubles = [key for key in run.get("troubles", {}) if not earned.get(key)]
    if troubles:
        text = ngettext(
            "{n} test could not hand something over to this answer, and may be unjust: {keys}.",
            "{n} tests could not hand something over to this answer, and may be unjust: {keys}.",
            len(troubles),
        )
        found.append(text.format(n=len(troubles), keys=", ".join(troubles)))
    return found
