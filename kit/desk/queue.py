"""The queue: which submissions need a mentor, why, and in which order.

Pure functions on a `kit.desk.classroom.Room`. A reason that a mentor has looked at is gone until the
submission is graded anew; answers that wait and open appeals stay until they are dealt with.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kit.desk.classroom import Room
from kit.desk.evidence import find_stops, find_tampering
from kit.desk.questions import Question
from kit.grading.pages import format_duration, format_number
from kit.grading.results import Result
from kit.grading.terminal import clean_text
from kit.i18n import gettext as _
from kit.i18n import ngettext

#: Reasons from the most urgent to the least, with the word on the badge and its colour.
ORDER = (
    "appeal",
    "tampering",
    "failed",
    "changed",
    "stopped",
    "empty",
    "repaired",
    "late",
    "flagged",
    "waiting",
)
# These are work to do: looking at them does not end them.
_STANDING = {"appeal", "changed", "waiting", "flagged"}
MAX_REPAIRS = 2


def reason_names() -> dict[str, str]:
    """Return reason → its name in the language in force."""
    return {
        "appeal": _("appeal"),
        "tampering": _("tampering"),
        "failed": _("not graded"),
        "changed": _("handed in again"),
        "stopped": _("stopped"),
        "empty": _("no answer"),
        "repaired": _("repaired"),
        "late": _("late"),
        "flagged": _("flagged"),
        "waiting": _("to mark"),
    }


@dataclass(frozen=True)
class Reason:
    """Why a mentor should look at a submission."""

    kind: str
    text: str


@dataclass(frozen=True)
class Entry:
    """One submission in the queue."""

    student: str
    result: Result
    reasons: tuple[Reason, ...]
    seen_by: str = ""

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of its reasons."""
        return tuple(reason.kind for reason in self.reasons)


def make_queue(room: Room) -> tuple[Entry, ...]:
    """Return all submissions, those that need a look most urgently first."""
    entries = []
    for student in room.students:
        reasons = find_reasons(room, student)
        key, mentor = room.records.seen.get(student, ("", ""))
        seen = bool(mentor) and key == room.automatic[student].key
        if seen:
            reasons = tuple(reason for reason in reasons if reason.kind in _STANDING)
        entries.append(Entry(student, room.results[student], reasons, mentor if seen else ""))
    return tuple(sorted(entries, key=_urgency))


def filter_queue(
    entries: Sequence[Entry],
    *,
    reason: str = "",
    group: str = "",
    text: str = "",
    groups: dict[str, str] | None = None,
) -> tuple[Entry, ...]:
    """Return the entries with a reason (``"any"`` or ``"none"`` too), of a group, with a text in the id."""
    groups = groups or {}
    wanted = text.strip().lower()
    return tuple(
        entry
        for entry in entries
        if (
            not reason
            or reason in entry.kinds
            or (reason == "any" and entry.reasons)
            or (reason == "none" and not entry.reasons)
        )
        and (not group or groups.get(entry.student) == group)
        and (not wanted or wanted in entry.student.lower())
    )


def _urgency(entry: Entry) -> tuple[int, int, str]:
    ranks = sorted(ORDER.index(kind) for kind in entry.kinds)
    return (ranks[0] if ranks else len(ORDER), -len(ranks), entry.student)


def find_reasons(room: Room, student: str) -> tuple[Reason, ...]:
    """Return why a mentor should look at one submission, the most urgent reason first."""
    result = room.results[student]
    found = [
        Reason("appeal", clean_text(appeal.text)[:200])
        for appeal in room.appeals(student)
        if appeal.is_open
    ]
    if result.status == "failed":
        faults = result.evidence.get("faults", {}).values()
        found.append(Reason("failed", clean_text(" ".join(map(str, faults)) or result.outcome)))
        return tuple(found)
    tampering = find_tampering(result)
    if tampering:
        found.append(Reason("tampering", clean_text(" ".join(tampering[:MAX_REPAIRS]))))
    changed = [q for q in room.questions if room.changed_since(q, student)]
    if changed:
        found.append(
            Reason(
                "changed", _("Graded again since it was marked: {keys}").format(keys=_keys(changed))
            )
        )
    stops = find_stops(result)
    if stops:
        found.append(Reason("stopped", clean_text(" ".join(stops[:MAX_REPAIRS]))))
    empty = find_unanswered(room, student)
    if empty:
        found.append(Reason("empty", _("Nothing was written for {keys}").format(keys=_keys(empty))))
    repairs = [repair for repair in result.repairs if repair not in tampering]
    if repairs:
        more = len(repairs) - MAX_REPAIRS
        text = " ".join(repairs[:MAX_REPAIRS])
        if more > 0:
            text += " " + ngettext("And {n} more.", "And {n} more.", more).format(n=more)
        found.append(Reason("repaired", clean_text(text)))
    if result.late_seconds > 0:
        late = format_duration(result.late_seconds)
        cost = format_number(result.penalty)
        found.append(
            Reason("late", _("{late}; {points} points off").format(late=late, points=cost))
        )
    flagged = [
        question
        for question in room.questions
        if (note := room.records.notes.get((question.notebook, question.key, student)))
        and note.flagged
    ]
    if flagged:
        found.append(Reason("flagged", _keys(flagged)))
    waiting = [
        q for q in room.questions if room.waits(q, student) and not room.changed_since(q, student)
    ]
    if waiting:
        found.append(Reason("waiting", _keys(waiting)))
    return tuple(found)


def find_unanswered(room: Room, student: str) -> list[Question]:
    """Return the questions on which somebody who handed in did nothing at all."""
    untouched = {tuple(pair) for pair in room.automatic[student].evidence.get("untouched", ())}
    return [
        question
        for question in room.questions
        if question.max_points > 0
        and question.cells
        and all((question.notebook, key) in untouched for key in question.cells)
    ]


def _keys(questions: Sequence[Question]) -> str:
    return ", ".join(question.key for question in questions)
