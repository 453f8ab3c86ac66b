"""The mentor's report on an assignment: what to look at first, how scores are spread, how questions fared.

It names nobody: students appear by their ids, and groups only where enough people are in them. Figures are
computed in `kit.grading.items`, drawn in `kit.grading.charts`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from typing import Any

from kit.grading.charts import draw_histogram, draw_shares
from kit.grading.concerns import WEAK, find_concerns
from kit.grading.items import Item, Spread, analyse_items, bin_scores, choose_groups, summarise
from kit.grading.pages import format_duration, format_moment, format_number, render_page
from kit.grading.results import Result
from kit.grading.terminal import clean_text
from kit.i18n import gettext as _
from kit.i18n import ngettext

MIN_GROUP = 5


def render_report(
    results: Sequence[Result],
    *,
    assignment: str,
    title: str,
    zone: tzinfo = UTC,
    roster: Collection[str] = (),
    groups: Mapping[str, str] | None = None,
    min_group: int = MIN_GROUP,
    links: Mapping[str, str] | None = None,
    now: datetime | None = None,
) -> str:
    """Return the report on one assignment as HTML.

    Parameters
    ----------
    results
        One for each submission.
    assignment, title
        Name and title of the assignment.
    zone
        The clock of the course.
    roster
        Everybody who was to hand in; those without a result are listed.
    groups
        Student → group, for the comparison of groups.
    min_group
        Groups with fewer people are not shown, see `kit.grading.items.choose_groups`.
    links
        Student → address of the feedback page.
    now
        When the report is made.
    """
    results = sorted(results, key=lambda result: result.student)
    links = links or {}
    graded = [result for result in results if result.status == "graded"]
    scores = {result.student: result.score for result in graded}
    items = analyse_items(graded)
    # The points of answers that wait for a mentor can not be in a score yet.
    reachable = sum(item.max_points for item in items if not item.waiting)
    spread = summarise(list(scores.values()))
    bins = bin_scores(list(scores.values()), reachable)
    described = _describe_spread(spread, reachable) if spread else ""
    shown = choose_groups(groups or {}, list(scores), min_group=min_group)
    return render_page(
        "report.html",
        title=_("Report: {title}").format(title=title),
        heading=title,
        assignment=assignment,
        made=format_moment(now or datetime.now(UTC), zone),
        counts=_count(results, roster),
        concerns=find_concerns(results, items, roster=roster, links=links),
        spread=spread,
        reachable=reachable,
        bins=bins,
        histogram=draw_histogram(
            bins, title=_("How the scores are spread"), description=described, unit=_("Points")
        )
        if spread and bins
        else None,
        described=described,
        items=[_describe_item(item) for item in items],
        groups=[
            (name, len(people), summarise([scores[student] for student in people]))
            for name, people in shown.items()
        ],
        has_groups=bool(groups),
        min_group=min_group,
        rows=[_describe_row(result, links) for result in results],
        waiting=sum(result.needs_mentor for result in graded),
    )


def _count(results: Sequence[Result], roster: Collection[str]) -> list[tuple[str, str]]:
    everybody = set(roster) | {result.student for result in results}
    graded = sum(result.status == "graded" for result in results)
    return [
        (_("of {n} handed in").format(n=len(everybody)), str(len(results))),
        (_("graded"), str(graded)),
        (_("not graded"), str(len(results) - graded)),
        (_("late"), str(sum(result.late_seconds > 0 for result in results))),
        (_("repaired"), str(sum(bool(result.repairs) for result in results))),
    ]


def _describe_spread(spread: Spread, reachable: float) -> str:
    return _(
        "Half of the submissions have {median} points or more, of {reachable}. "
        "The mean is {mean}, the lowest score {lowest}, the highest {highest}."
    ).format(
        median=format_number(spread.median),
        reachable=format_number(reachable),
        mean=format_number(spread.mean),
        lowest=format_number(spread.lowest),
        highest=format_number(spread.highest),
    )


def _describe_item(item: Item) -> dict[str, Any]:
    notes = []
    if item.waiting:
        notes.append(
            ngettext(
                "{n} answer waits for a mentor.", "{n} answers wait for a mentor.", item.waiting
            ).format(n=item.waiting)
        )
    if item.discrimination is not None and item.discrimination < WEAK:
        notes.append(_("Those who do well elsewhere do no better here: look at this question."))
    # A few marks out of many say nothing about a question.
    whole = item.marked > 0 and not item.waiting
    return {
        "key": item.key,
        "max_points": item.max_points,
        "bar": draw_shares(item) if whole else "",
        "full": item.full / item.marked if whole else None,
        "difficulty": item.difficulty if whole else None,
        "discrimination": item.discrimination if whole else None,
        "message": clean_text(item.message) if whole else "",
        "count": item.message_count,
        "notes": notes,
    }


def _describe_row(result: Result, links: Mapping[str, str]) -> dict[str, Any]:
    return {
        "result": result,
        "link": links.get(result.student),
        "late": format_duration(result.late_seconds) if result.late_seconds > 0 else "",
    }
