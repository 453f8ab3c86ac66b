"""How the automatic marks of a submission came about, in plain words for a mentor.

The grader keeps its evidence as data: where the tests ran, behind which walls, what was stopped, repaired and
doubted. Here each becomes a sentence; nothing is judged.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from kit.desk.questions import Question
from kit.grading.results import CellMark, Result
from kit.grading.terminal import clean_text
from kit.i18n import current_language, ngettext
from kit.i18n import gettext as _

# What `kit.grading.repair` says of cells that a learner has no reason to touch.
_TAMPERING = (
    "The test {key!r} had been changed; the original was used.",
    "What the cell {key!r} is worth had been changed; the original was used.",
)


@dataclass(frozen=True)
class TestStory:
    """What one test says: the state for its badge, and sentences."""

    key: str
    state: str
    label: str
    points: float | None
    max_points: float
    automatic: float | None
    sentences: tuple[str, ...]


def find_tampering(result: Result) -> tuple[str, ...]:
    """Return what looks like an attempt on the marks, one sentence each."""
    noted = result.evidence.get("tampering")
    if isinstance(noted, list):
        return tuple(map(str, noted))
    # Results of an earlier kit say it among the repairs.
    pattern = _tampering(current_language()) if result.repairs else None
    return tuple(repair for repair in result.repairs if pattern and pattern.fullmatch(repair))


@cache
def _tampering(_language: str) -> re.Pattern[str]:
    """Return what those sentences look like, in English and in the language in force."""
    texts = {text for message in _TAMPERING for text in (message, _(message))}
    key = re.escape("{key!r}")
    return re.compile("|".join(re.escape(text).replace(key, ".+") for text in sorted(texts)))


def find_stops(result: Result) -> tuple[str, ...]:
    """Return what was stopped while the notebook ran: loops, memory, the end of Python."""
    return tuple(str(event) for run in _runs(result) for event in run.get("events", ()))


def find_doubts(result: Result) -> dict[str, tuple[str, ...]]:
    """Return test → why its mark may be forged, or lower than deserved."""
    doubts: dict[str, list[str]] = {}
    for run in _runs(result):
        for key, why in dict(run.get("inside") or {}).items():
            doubts.setdefault(key, []).append(
                _(
                    "This test ran inside of the learner's own Python process ({why}). Code that is written "
                    "for it could forge the mark."
                ).format(why=why)
            )
        for key in dict(run.get("believed") or {}):
            doubts.setdefault(key, []).append(
                _(
                    "Part of this verdict was computed by an object of the learner. Code that is written "
                    "for it could forge the mark."
                )
            )
        for key, what in dict(run.get("troubles") or {}).items():
            doubts.setdefault(key, []).append(
                _(
                    "The test could not hand everything over ({what}). Honest work can lose by this."
                ).format(what="; ".join(map(str, what)))
            )
    return {key: tuple(map(clean_text, said)) for key, said in doubts.items()}


def describe_run(result: Result) -> tuple[str, ...]:
    """Return how a submission was graded: where its tests ran, behind what, how long, what was stopped."""
    evidence = result.evidence
    said = []
    verdict = evidence.get("verdict")
    if verdict == "outside":
        said.append(
            _("The tests ran in a process of their own, which the learner's code can not reach.")
        )
    elif verdict == "inside":
        said.append(
            _(
                "The tests ran in the learner's own Python process. Code that is written for it could "
                "forge marks: look at marks that surprise you."
            )
        )
    elif verdict == "mixed":
        said.append(
            _(
                "Most tests ran in a process of their own; those that could not are named at the question."
            )
        )
    walls = evidence.get("walls")
    if walls == "none":
        said.append(_("There were no walls around the learner's code while it ran."))
    elif walls:
        said.append(_("Walls stood around the learner's code: {tier}.").format(tier=walls))
    for run in _runs(result):
        restarts = int(run.get("restarts", 0))
        if restarts:
            said.append(
                ngettext(
                    "Python ended {n} time and was started again.",
                    "Python ended {n} times and was started again.",
                    restarts,
                ).format(n=restarts)
            )
        if why := run.get("why"):
            said.append(_("Tests ran inside because {why}.").format(why=why))
    said += [clean_text(fault) for fault in map(str, evidence.get("faults", {}).values())]
    said += map(clean_text, find_stops(result))
    return tuple(said)


def tell_tests(
    question: Question,
    automatic: Mapping[str, CellMark],
    result: Result,
    errors: Mapping[str, str],
) -> list[TestStory]:
    """Return what each test of a question says.

    Parameters
    ----------
    automatic
        Cell → its mark as the grader left it.
    result
        With the marks of mentors in it.
    errors
        Test → the error with which it ended.
    """
    doubts = find_doubts(result)
    now = {mark.key: mark for mark in result.marks if mark.notebook == question.notebook}
    stories = []
    for test in question.tests:
        mark, before = now.get(test.key), automatic.get(test.key)
        if mark is None or before is None:
            continue
        sentences = []
        if before.points is None:
            state, label = "wait", _("no verdict")
        elif before.points >= before.max_points:
            state, label = "good", _("passed")
        elif before.points > 0:
            state, label = "wait", _("passed in part")
        else:
            state, label = "bad", _("failed")
        if before.message:
            sentences.append(before.message)
        # What a learner is told of a hidden test says nothing; a mentor may know.
        if before.hidden and test.key in errors:
            sentences[:] = [_("It ended with {error}").format(error=errors[test.key])]
        if state != "good" and test.advice:
            sentences.append(_("Its author says: {advice}").format(advice=test.advice))
        sentences += doubts.get(test.key, ())
        stories.append(
            TestStory(
                test.key,
                state,
                label,
                mark.points,
                test.max_points,
                before.points,
                tuple(sentences),
            )
        )
    return stories


def _runs(result: Result) -> list[dict[str, Any]]:
    executed = result.evidence.get("executed", {})
    return [run for run in executed.values() if isinstance(run, dict)]
