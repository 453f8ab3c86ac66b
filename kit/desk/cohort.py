"""The class in figures: how scores are spread, how questions fared, who falls behind, time where it was shared.

Pure functions on rooms. Difficulty and discrimination are those of `kit.grading.items`, for whole questions.
Nothing is said about a group that is smaller than the course allows.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, median, quantiles

from kit.desk.classroom import Room
from kit.desk.questions import Question
from kit.grading.items import Item, correlate
from kit.grading.own_work import TIME_FILE

#: A share of the points below which somebody may need help, and a drop against their own work before.
LOW, DROP = 0.5, 0.25
_MAX_MINUTES = 10_000


@dataclass(frozen=True)
class Trend:
    """How one student fares from assignment to assignment: the share of the points, None where missing."""

    student: str
    shares: tuple[float | None, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class TimeSpent:
    """Minutes on one question, of those who chose to share them."""

    question: Question
    n: int
    median: float
    lower: float
    upper: float


def analyse_questions(room: Room) -> tuple[Item, ...]:
    """Return how each question that is worth points fared, its tests taken together."""
    rows: dict[str, dict[tuple[str, str], float | None]] = {}
    for student, result in room.results.items():
        if result.status == "graded":
            rows[student] = {(mark.notebook, mark.key): mark.points for mark in result.marks}
    totals = {
        student: sum(points or 0.0 for points in marks.values()) for student, marks in rows.items()
    }
    items = []
    for question in room.questions:
        if question.max_points <= 0:
            continue
        known: list[tuple[float, float]] = []
        waiting = 0
        for student, marks in rows.items():
            points = [
                marks[question.notebook, key]
                for key in question.marks
                if (question.notebook, key) in marks
            ]
            if not points:
                continue
            if any(one is None for one in points):
                waiting += 1
                continue
            earned = sum(one for one in points if one is not None)
            known.append((earned, totals[student] - earned))
        most = question.max_points
        items.append(
            Item(
                notebook=question.notebook,
                key=question.key,
                kind=question.kind,
                max_points=most,
                full=sum(earned >= most for earned, _rest in known),
                part=sum(0 < earned < most for earned, _rest in known),
                none=sum(earned <= 0 for earned, _rest in known),
                waiting=waiting,
                difficulty=mean(earned for earned, _rest in known) / most if known else None,
                discrimination=correlate(known),
                message=question.title,
                message_count=0,
            )
        )
    return tuple(items)


def share_of(room: Room, student: str) -> float | None:
    """Return the share of the points that are decided; None where nothing could be graded."""
    result = room.results.get(student)
    if result is None or result.status == "failed":
        return None
    decided = sum(mark.max_points for mark in result.marks if mark.points is not None)
    return max(0.0, result.score / decided) if decided > 0 else None


def find_trends(rooms: Sequence[Room], roster: Sequence[str]) -> tuple[Trend, ...]:
    """Return the paths of those who seem to fall behind, the most worrying first.

    Parameters
    ----------
    rooms
        The assignments in their order.
    roster
        Everybody who is in the course.

    Notes
    -----
    The signs, none of them a verdict: something was not handed in or could not be graded, less than half of
    the points in the newest work, or a quarter less than in one's own work before.
    """
    students = sorted(set(roster) | {student for room in rooms for student in room.results})
    found = []
    for student in students:
        shares = tuple(share_of(room, student) for room in rooms)
        here = [share for share in shares if share is not None]
        reasons = []
        if any(student not in room.results for room in rooms):
            reasons.append("missing")
        if any(
            student in room.results and room.results[student].status == "failed" for room in rooms
        ):
            reasons.append("failed")
        if here and here[-1] < LOW:
            reasons.append("low")
        if len(here) > 1 and here[-1] <= mean(here[:-1]) - DROP:
            reasons.append("drop")
        if reasons:
            found.append(Trend(student, shares, tuple(reasons)))
    return tuple(
        sorted(found, key=lambda one: (-len(one.reasons), one.shares[-1] or 0.0, one.student))
    )


def read_minutes(folder: Path) -> dict[str, float]:
    """Return question → minutes from the file that a learner chose to hand in; empty for anything else."""
    path = folder / TIME_FILE
    try:
        if path.is_symlink() or path.stat().st_size > 100_000:
            return {}
        data = json.loads(path.read_text(encoding="utf-8"))
        minutes = data["minutes"]
        return {
            str(key): float(value)
            for key, value in minutes.items()
            if isinstance(value, int | float)
            and not isinstance(value, bool)
            and math.isfinite(value)
            and 0 <= value <= _MAX_MINUTES
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}


def measure_time(
    room: Room, shared: Mapping[str, Mapping[str, float]], *, min_group: int
) -> tuple[TimeSpent, ...]:
    """Return the time on each question of which enough people shared theirs.

    Parameters
    ----------
    shared
        Student → question → minutes.
    min_group
        With fewer people nothing is said.
    """
    found = []
    for question in room.questions:
        values = [minutes[question.key] for minutes in shared.values() if question.key in minutes]
        if len(values) >= max(2, min_group):
            lower, _middle, upper = quantiles(values, n=4, method="inclusive")
            found.append(TimeSpent(question, len(values), median(values), lower, upper))
    return tuple(found)
