"""Rules on exercises: a solution that can be cut out, three hints, a check with messages."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from kit.authoring.finding import Problem
from kit.authoring.learner import FIX_DELIMITERS, find_leaks
from kit.authoring.registry import rule
from kit.authoring.subject import Lesson, literal_text
from kit.i18n import gettext as _

HINTS = 3


@rule(
    "solution-region",
    "Each exercise holds its solution between '### BEGIN SOLUTION' and '### END SOLUTION'; "
    "no other cell does, and no line looks almost like a delimiter.",
)
def solution_region(lesson: Lesson) -> Iterator[Problem]:
    """What the machine does not recognise, it does not remove."""
    for key, line, what in find_leaks(lesson.notebook):
        yield Problem(what, FIX_DELIMITERS, key, line)


@rule(
    "hints",
    f"Each exercise of difficulty 2 or more has a hint call with its own id and {HINTS} levels: "
    "nudge, approach, almost code. The hint stands before the exercise's check.",
)
def hints(lesson: Lesson) -> Iterator[Problem]:
    """A learner who is stuck gets one step at a time."""
    known = {exercise.key for exercise in lesson.exercises}
    calls = lesson.calls_of("hint")
    for exercise in lesson.exercises:
        own = [call for call in calls if call.target == exercise.key]
        checks = [cell for cell in lesson.span(exercise) if cell.role == "check"]
        if own and checks and own[0].cell.number > checks[0].number:
            yield Problem(
                _("this hint stands after the check of its exercise"),
                _("Move it before the check, since the solution will stand after the check"),
                own[0].cell.key,
                own[0].line,
            )
        if not own and exercise.kit.get("difficulty", 2) >= 2:
            yield Problem(
                _("the exercise has no hints"),
                _("Add hint('{key}', nudge, approach, almost code)").format(key=exercise.key),
                exercise.key,
            )
    for call in calls:
        if call.target not in known:
            yield Problem(
                _("this hint is for {name}, and no exercise has that id").format(name=call.target),
                _("Use the id of the exercise cell"),
                call.cell.key,
                call.line,
            )
        levels = [literal_text(node) for node in call.node.args[1:]]
        starred = any(isinstance(node, ast.Starred) for node in call.node.args)
        if len(levels) != HINTS or starred or not all(level and level.strip() for level in levels):
            yield Problem(
                _("a hint has {n} levels, each written as text").format(n=HINTS),
                _("Write a nudge, an approach, and almost the code"),
                call.cell.key,
                call.line,
            )


@rule(
    "exercise-check",
    "Each exercise is followed by a check cell that calls check() with the exercise's id.",
)
def exercise_check(lesson: Lesson) -> Iterator[Problem]:
    """People need to know when they can move on."""
    for exercise in lesson.exercises:
        checks = [cell for cell in lesson.span(exercise) if cell.role == "check"]
        names = {call.target for cell in checks for call in cell.calls if call.name == "check"}
        if exercise.key not in names:
            yield Problem(
                _("no check cell for this exercise follows it"),
                _("Add a cell with the role check: with check('{key}'): ...").format(
                    key=exercise.key
                ),
                exercise.key,
            )
    known = {exercise.key for exercise in lesson.exercises}
    for call in lesson.calls_of("check"):
        if call.target not in known:
            yield Problem(
                _("this check is for {name}, and no exercise has that id").format(name=call.target),
                _("Use the id of the exercise cell"),
                call.cell.key,
                call.line,
            )


@rule(
    "check-messages", "Every assert in a check says what was expected, what came and where to look."
)
def check_messages(lesson: Lesson) -> Iterator[Problem]:
    """An assert without a message tells a learner only that it was wrong."""
    for cell in lesson.with_role("check"):
        asserts = (
            [node for node in ast.walk(cell.tree) if isinstance(node, ast.Assert)]
            if cell.tree
            else []
        )
        for node in asserts:
            if node.msg is None:
                yield Problem(
                    _("this assert has no message"),
                    _("Add what was expected, what came, and where to look"),
                    cell.key,
                    node.lineno,
                )


@rule("exercise-minutes", "The exercises' minutes together are fewer than the lesson's minutes.")
def exercise_minutes(lesson: Lesson) -> Iterator[Problem]:
    """A lesson that takes longer than it says loses its learners at the end."""
    minutes = [cell.kit.get("minutes") for cell in lesson.exercises]
    total = sum(each for each in minutes if isinstance(each, int))
    stated = lesson.metadata.get("minutes")
    if isinstance(stated, int) and total >= stated:
        what = _("the exercises take {total} minutes, and the whole lesson {stated}")
        yield Problem(what.format(total=total, stated=stated), _("Correct one of the numbers"))
