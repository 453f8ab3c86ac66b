"""The sentence that says what became of a submission."""

from __future__ import annotations

from kit.grading.results import Result
from kit.i18n import gettext as _
from kit.i18n import ngettext

_HOUR = 3600
_DAY = 24 * _HOUR


def describe_outcome(result: Result) -> str:
    """Return one to four short sentences on a result, for mentor and learner.

    Parameters
    ----------
    result
        With its marks, lateness, and in ``evidence`` the faults of notebooks and what was stopped.
    """
    faults = [str(fault) for fault in result.evidence.get("faults", {}).values()]
    if result.status == "failed":
        return " ".join([_("Nothing could be graded."), *faults])
    waiting = sum(mark.waits for mark in result.marks)
    said = [
        _("Graded: {score:g} of {most:g} points.").format(score=result.score, most=result.max_score)
    ]
    if waiting:
        said.append(
            ngettext(
                "One answer waits for a mentor.", "{n} answers wait for a mentor.", waiting
            ).format(n=waiting)
        )
    if result.late_seconds > 0:
        said.append(_describe_lateness(result))
    said += faults
    for executed in result.evidence.get("executed", {}).values():
        said += [str(event) for event in executed.get("events", [])]
    return " ".join(said)


def _describe_lateness(result: Result) -> str:
    if result.late_seconds >= _DAY:
        days = int(result.late_seconds // _DAY)
        late = ngettext("one day", "{n} days", days).format(n=days)
    elif result.late_seconds >= 2 * _HOUR:
        hours = int(result.late_seconds // _HOUR)
        late = ngettext("one hour", "{n} hours", hours).format(n=hours)
    else:
        minutes = max(1, round(result.late_seconds / 60))
        late = ngettext("one minute", "{n} minutes", minutes).format(n=minutes)
    if result.penalty:
        return _("It came {late} late, which costs {points:g} points.").format(
            late=late, points=result.penalty
        )
    return _("It came {late} late.").format(late=late)
