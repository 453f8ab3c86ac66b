"""Do two mentors agree? A blind sample, and the agreement on it with its interval.

The sample is drawn by chance from the answers that others have marked, and the same seed gives the same order.
The measure is Cohen's weighted kappa with quadratic weights, so that two levels apart count four times as
much as one; statsmodels computes it, and its interval for large samples.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

from kit.desk.classroom import Room
from kit.desk.entries import SecondMark
from kit.desk.questions import Question
from kit.errors import KitError
from kit.i18n import gettext as _

SAMPLE = 10
#: Below this the interval of a large sample says less than it seems to.
FEW = 30


@dataclass(frozen=True)
class Agreement:
    """How two series of marks agree.

    Parameters
    ----------
    pairs
        (first, second) for each answer.
    same
        The share of equal marks.
    kappa, low, high
        Weighted kappa and its 95 % interval; None where it is not defined, since nothing varies.
    table
        Points of the first → points of the second → how many.
    """

    pairs: tuple[tuple[float, float], ...]
    points: tuple[float, ...]
    same: float
    kappa: float | None
    low: float | None
    high: float | None
    table: tuple[tuple[int, ...], ...]


def draw_sample(
    room: Room, question: Question, mentor: str, size: int = SAMPLE
) -> tuple[tuple[str, float, str], ...]:
    """Return (student, points, first mentor) of a random sample of what others marked."""
    found = []
    for student in room.who_answered(question):
        history = room.history(student, question.notebook, (question.key,))
        mark = room.marks.get((student, question.notebook, question.key))
        if not history or mark is None or mark.points is None or room.waits(question, student):
            continue
        if all(entry.mentor != mentor for entry in history):
            found.append((student, mark.points, history[-1].mentor))
    seed = f"{room.assignment}/{question.notebook}/{question.key}"
    return tuple(random.Random(seed).sample(found, min(size, len(found))))


def measure_agreement(
    pairs: Sequence[tuple[float, float]], points: Sequence[float] = ()
) -> Agreement:
    """Return how two markers agree.

    Parameters
    ----------
    pairs
        The points of the first and of the second marker.
    points
        All points that could be given; those that were are added.

    Examples
    --------
    >>> found = measure_agreement([(0, 0), (1, 1), (2, 2), (3, 2), (0, 1), (3, 3)])
    >>> round(found.same, 2), round(found.kappa, 2)
    (0.67, 0.87)
    >>> measure_agreement([(2, 2), (2, 2)]).kappa is None
    True
    """
    scale = tuple(sorted({*points, *(value for pair in pairs for value in pair)}))
    place = {value: number for number, value in enumerate(scale)}
    table = [[0] * len(scale) for _value in scale]
    for first, second in pairs:
        table[place[first]][place[second]] += 1
    same = sum(first == second for first, second in pairs) / len(pairs) if pairs else 0.0
    kappa, low, high = _compute_kappa(table, scale)
    return Agreement(tuple(pairs), scale, same, kappa, low, high, tuple(map(tuple, table)))


def _compute_kappa(
    table: list[list[int]], scale: tuple[float, ...]
) -> tuple[float | None, float | None, float | None]:
    rows = [sum(row) for row in table]
    columns = [sum(column) for column in zip(*table, strict=True)]
    if sum(n > 0 for n in rows) < 2 and sum(n > 0 for n in columns) < 2:
        return None, None, None
    try:
        import numpy as np
        from statsmodels.stats.inter_rater import cohens_kappa
    except ImportError as err:
        raise KitError(
            _("statsmodels, which computes the agreement, is not installed"),
            fix='pip install "bitacora-kit"',
        ) from err
    with np.errstate(all="ignore"):
        found = cohens_kappa(np.array(table), weights=np.array(scale), wt="quadratic")
        kappa, low, high = float(found.kappa), float(found.kappa_low), float(found.kappa_upp)
    if math.isnan(kappa):
        return None, None, None
    if math.isnan(low) or math.isnan(high):
        return kappa, None, None
    return kappa, max(-1.0, low), min(1.0, high)


def agreement_of(room: Room, question: Question) -> Agreement | None:
    """Return the agreement on a question over all second marks; None without any."""
    pairs = [
        (one.first, one.points) for one in second_marks(room, question) if one.points is not None
    ]
    if not pairs:
        return None
    return measure_agreement(pairs, [level.points for level in question.rubric.levels])


def second_marks(room: Room, question: Question) -> list[SecondMark]:
    """Return the samples of a question, marked or not."""
    return [
        one
        for one in room.records.seconds
        if (one.notebook, one.key) == (question.notebook, question.key)
    ]
