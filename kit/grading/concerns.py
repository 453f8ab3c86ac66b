"""What a mentor must look at before anything else, the most urgent first.

Whose marks may be wrong or forged comes before who needs help, and that before what is only good to know.
Nothing here is decided: each concern says what to do about it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from kit.grading.doubts import describe_doubts
from kit.grading.items import Item
from kit.grading.pages import format_duration, format_number
from kit.grading.results import Result
from kit.grading.terminal import clean_text
from kit.i18n import gettext as _
from kit.i18n import ngettext

# Below this a question hardly tells those who can from those who can not.
WEAK = 0.1
MAX_REPAIRS = 2
# Fewer marks say more about chance than about a question.
MIN_MARKED = 5


@dataclass(frozen=True)
class Row:
    """A submission or a question in a list, with a link to its feedback page where there is one."""

    student: str
    text: str
    link: str | None


@dataclass(frozen=True)
class Concern:
    """A reason for a mentor to look at some submissions, or at some questions."""

    title: str
    advice: str
    rows: tuple[Row, ...]


def find_concerns(
    results: Sequence[Result],
    items: Sequence[Item] = (),
    *,
    roster: Collection[str] = (),
    links: Mapping[str, str] | None = None,
) -> list[Concern]:
    """Return what must be looked at; a reason that nobody gives is left out.

    Parameters
    ----------
    results
        One for each submission.
    items
        How each question fared.
    roster
        Everybody who was to hand in.
    links
        Student → address of the feedback page.
    """
    graded = [result for result in results if result.status == "graded"]

    def rows(chosen: Mapping[str, str]) -> tuple[Row, ...]:
        return tuple(
            Row(name, clean_text(text), (links or {}).get(name)) for name, text in chosen.items()
        )

    def told(describe: Callable[[Result], str]) -> tuple[Row, ...]:
        found = {result.student: text for result in graded if (text := describe(result))}
        if len(found) > MIN_MARKED and len(found) == len(graded) and len({*found.values()}) == 1:
            return rows({_("Everyone"): next(iter(found.values()))})
        return rows(found)

    missing = sorted(set(roster) - {result.student for result in results})
    failed = {r.student: _describe_failure(r) for r in results if r.status == "failed"}
    concerns = [
        Concern(
            _("Could not be graded"),
            _(
                "They have no marks. Their feedback pages tell them what to do; ask them to hand in again."
            ),
            rows(failed),
        ),
        Concern(
            _("Tests were changed"),
            _("The originals were used, so the marks are right. Ask how it came about."),
            told(_describe_tampering),
        ),
        Concern(
            _("Marks that may be wrong"),
            _("Read these answers yourself before you rely on the marks."),
            told(lambda result: " ".join(describe_doubts(result))),
        ),
        Concern(
            _("Stopped"),
            _("A cell did not end in time, used too much memory, or ended Python."),
            told(_describe_events),
        ),
        Concern(
            _("Repaired before grading"),
            _(
                "The grader put these right by itself, and the marks are as if nothing had happened."
            ),
            told(_describe_repairs),
        ),
        Concern(
            _("Questions that most people fail"),
            _(
                "Is the question clear, and its test fair? When you correct it, kit grade --dry-run shows "
                "whom it touches."
            ),
            rows({item.key: text for item in items if (text := _describe_hard(item))}),
        ),
        Concern(
            _("Questions that tell nothing apart"),
            _(
                "Those who do well elsewhere do no better here. Perhaps something else than "
                "understanding decides."
            ),
            rows({item.key: text for item in items if (text := _describe_flat(item))}),
        ),
        Concern(
            _("Nothing answered"),
            _("Every test fails and no answer was written. Ask whether they need help to begin."),
            told(lambda result: _("Not one point") if _is_unanswered(result) else ""),
        ),
        Concern(
            _("Late"),
            _("An extension in kit.yaml changes the penalty at the next kit grade."),
            told(lambda result: _describe_late(result) if result.late_seconds > 0 else ""),
        ),
        Concern(
            _("Not handed in"),
            _("They are on the list of the course, and nothing of theirs was collected."),
            rows({student: _("Nothing was collected") for student in missing}),
        ),
    ]
    return [concern for concern in concerns if concern.rows]


def _describe_hard(item: Item) -> str:
    if item.waiting or item.marked < MIN_MARKED or item.none * 2 <= item.marked:
        return ""
    text = _("{n} of {of} earned nothing.").format(n=item.none, of=item.marked)
    return f"{text} {item.message}".strip()


def _describe_flat(item: Item) -> str:
    if item.waiting or item.marked < MIN_MARKED:
        return ""
    if item.full == item.marked:
        return _("Everyone earned all points.")
    if item.discrimination is not None and item.discrimination < WEAK:
        return _("Its correlation with the rest is {r}.").format(r=f"{item.discrimination:.2f}")
    return ""


def _describe_tampering(result: Result) -> str:
    return " ".join(str(sentence) for sentence in result.evidence.get("tampering", []))


def _is_unanswered(result: Result) -> bool:
    marks = [mark for mark in result.marks if mark.max_points > 0]
    tests = [mark for mark in marks if mark.kind == "test"]
    written = [mark for mark in marks if mark.kind == "written"]
    return (
        bool(tests)
        and all(mark.points == 0 for mark in tests)
        and all(mark.points == 0 for mark in written)
    )


def _describe_failure(result: Result) -> str:
    faults = [str(fault) for fault in result.evidence.get("faults", {}).values()]
    return " ".join(faults) or result.outcome


def _describe_events(result: Result) -> str:
    """Return what was stopped while the notebook ran; empty when nothing was."""
    executed = result.evidence.get("executed", {}).values()
    return " ".join(str(event) for run in executed for event in run.get("events", []))


def _describe_repairs(result: Result) -> str:
    """Return the first repairs: a notebook that lost all its metadata has dozens of one kind."""
    # What was tampered with stands higher up.
    told = set(result.evidence.get("tampering", []))
    repairs = [sentence for sentence in result.repairs if sentence not in told]
    more = len(repairs) - MAX_REPAIRS
    text = " ".join(repairs[:MAX_REPAIRS])
    if more <= 0:
        return text
    return text + " " + ngettext("And {n} more.", "And {n} more.", more).format(n=more)


def _describe_late(result: Result) -> str:
    late = format_duration(result.late_seconds)
    if result.penalty <= 0:
        return _("{late}; nothing taken off").format(late=late)
    return _("{late}; {points} points taken off").format(
        late=late, points=format_number(result.penalty)
    )
