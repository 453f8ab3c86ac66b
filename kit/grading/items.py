"""Item analysis: how each question of an assignment fared, and how scores are spread.

Pure functions on results. Difficulty and discrimination are those of classical test theory: the mean share
of the points, and the correlation of a question with the sum of the others (the corrected item-total
correlation, so that a question is not correlated with itself).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import mean, median

from kit.grading.results import Result

# With fewer submissions a correlation says more about chance than about the question.
MIN_FOR_DISCRIMINATION = 10


@dataclass(frozen=True)
class Item:
    """How one question fared.

    Parameters
    ----------
    notebook, key, kind, max_points
        Which cell, see `kit.grading.results.CellMark`.
    full, part, none, waiting
        How many earned all, some or none of the points, and how many wait for a mentor.
    difficulty
        Mean share of the points, 0 to 1, or None when nobody has a mark: 1 is a question that all solve.
    discrimination
        Correlation with the sum of the other questions, or None when it says nothing.
    message
        What was said most often to those who lost points, and to how many.
    """

    notebook: str
    key: str
    kind: str
    max_points: float
    full: int
    part: int
    none: int
    waiting: int
    difficulty: float | None
    discrimination: float | None
    message: str
    message_count: int

    @property
    def marked(self) -> int:
        """How many have a mark."""
        return self.full + self.part + self.none


@dataclass(frozen=True)
class Spread:
    """The scores of a group of submissions: how many, mean, median, lowest, highest."""

    n: int
    mean: float
    median: float
    lowest: float
    highest: float


@dataclass(frozen=True)
class Bin:
    """One bar of a histogram: scores from ``low`` up to ``high``, which only the last bin includes."""

    low: float
    high: float
    n: int


def analyse_items(results: Sequence[Result]) -> tuple[Item, ...]:
    """Return how each question fared, in the order of the assignment.

    Submissions that could not be graded are left out: they say nothing about a question. So is what is
    worth nothing.
    """
    graded = [result for result in results if result.status == "graded"]
    order = dict.fromkeys(
        (mark.notebook, mark.key)
        for result in graded
        for mark in result.marks
        if mark.max_points > 0
    )
    return tuple(_analyse_item(graded, notebook, key) for notebook, key in order)


def _analyse_item(graded: Sequence[Result], notebook: str, key: str) -> Item:
    marks, rest = [], []
    for result in graded:
        found = [mark for mark in result.marks if (mark.notebook, mark.key) == (notebook, key)]
        if found:
            marks.append(found[0])
            rest.append(sum(mark.points or 0.0 for mark in result.marks if mark is not found[0]))
    known = [
        (mark.points, others)
        for mark, others in zip(marks, rest, strict=True)
        if mark.points is not None
    ]
    most = marks[0].max_points
    messages = Counter(
        mark.message
        for mark in marks
        if mark.points is not None and mark.points < most and mark.message
    )
    message, count = messages.most_common(1)[0] if messages else ("", 0)
    return Item(
        notebook=notebook,
        key=key,
        kind=marks[0].kind,
        max_points=most,
        full=sum(points >= most for points, _others in known),
        part=sum(0 < points < most for points, _others in known),
        none=sum(points <= 0 for points, _others in known),
        waiting=len(marks) - len(known),
        difficulty=mean(points for points, _others in known) / most if known else None,
        discrimination=correlate(known),
        message=message,
        message_count=count,
    )


def correlate(pairs: Sequence[tuple[float, float]]) -> float | None:
    """Return Pearson's correlation, or None for few pairs or where one side does not vary.

    Examples
    --------
    >>> correlate([(x, 2 * x) for x in range(10)])
    1.0
    >>> correlate([(1, 2), (2, 1)]) is None
    True
    """
    if len(pairs) < MIN_FOR_DISCRIMINATION:
        return None
    xs, ys = zip(*pairs, strict=True)
    x0, y0 = mean(xs), mean(ys)
    sxx = math.fsum((x - x0) ** 2 for x in xs)
    syy = math.fsum((y - y0) ** 2 for y in ys)
    if sxx <= 1e-12 or syy <= 1e-12:
        return None
    sxy = math.fsum((x - x0) * (y - y0) for x, y in pairs)
    return max(-1.0, min(1.0, sxy / math.sqrt(sxx * syy)))


def summarise(scores: Sequence[float]) -> Spread | None:
    """Return mean, median and range of some scores, or None when there are none."""
    if not scores:
        return None
    return Spread(len(scores), mean(scores), median(scores), min(scores), max(scores))


def bin_scores(scores: Sequence[float], highest: float) -> tuple[Bin, ...]:
    """Return a histogram from 0 to ``highest`` with at most ten bars whose bounds are easy to read.

    Examples
    --------
    >>> [(bin.low, bin.high, bin.n) for bin in bin_scores([0, 4, 5, 15], 15)][:3]
    [(0.0, 2.0, 1), (2.0, 4.0, 0), (4.0, 6.0, 2)]
    """
    if highest <= 0:
        return ()
    width = next(
        base * 10.0**power
        for power in range(-3, 6)
        for base in (1, 2, 5)
        if highest / (base * 10.0**power) <= 10 + 1e-9
    )
    count = math.ceil(highest / width - 1e-9)
    found = Counter(min(count - 1, max(0, int(score / width + 1e-9))) for score in scores)
    return tuple(
        Bin(index * width, min(highest, (index + 1) * width), found[index])
        for index in range(count)
    )


def choose_groups(
    groups: Mapping[str, str], students: Sequence[str], *, min_group: int
) -> dict[str, list[str]]:
    """Return the groups that may be shown: each has ``min_group`` people, and so has what is left out.

    If a single small group were left out, its numbers would follow from those of the whole class and of
    the other groups. Then the smallest group that could be shown is left out as well, until nothing can
    be computed for fewer people than that.

    Parameters
    ----------
    groups
        Student → group. Students without one count as left out.
    students
        Everybody whose score is in the numbers of the whole class.
    min_group
        The smallest number of people that may be told about.

    Examples
    --------
    >>> sites = {"a": "S", "b": "S", "c": "P", "d": "P", "e": "P"}
    >>> choose_groups(sites, list("abcde"), min_group=2)
    {'P': ['c', 'd', 'e'], 'S': ['a', 'b']}
    >>> choose_groups(sites, list("abcde"), min_group=3)
    {}
    """
    members: dict[str, list[str]] = {}
    for student in students:
        if student in groups:
            members.setdefault(groups[student], []).append(student)
    shown = {name: people for name, people in sorted(members.items()) if len(people) >= min_group}
    while shown:
        hidden = len(students) - sum(map(len, shown.values()))
        if hidden == 0 or hidden >= min_group:
            break
        smallest = min(shown, key=lambda name: (len(shown[name]), name))
        del shown[smallest]
    # A single group is the whole class, or all but people who are not to be told about.
    return shown if len(shown) > 1 else {}
