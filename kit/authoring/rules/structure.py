"""Rules on the order of a lesson: one title, headings that do not skip, roles in their places."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kit.authoring.finding import Problem
from kit.authoring.prose import headings, passages, sentences
from kit.authoring.registry import BOTH, rule
from kit.authoring.subject import Cell, Lesson, Subject
from kit.i18n import gettext as _

FRONT = ("title", "glance", "objectives", "recall", "setup")
INSIDE = ("section", "worked", "predict", "run", "investigate", "exercise", "hint", "check")
BACK = ("agreement", "quiz", "keypoints", "further")
REQUIRED = ("title", "glance", "objectives", "setup", "section", "quiz", "keypoints")

# A first visit of ten minutes has nothing to recall and nothing published to compare with.
SHORT_MINUTES = 15


def is_short(lesson: Lesson) -> bool:
    """Say whether a lesson is a first visit, which has neither recall nor agreement table."""
    minutes = lesson.metadata.get("minutes")
    return isinstance(minutes, int) and minutes <= SHORT_MINUTES


def parts(lesson: Lesson) -> list[list[Cell]]:
    """Return the cells of each part: from a section cell up to the next one or the end matter."""
    found: list[list[Cell]] = []
    inside = False
    for cell in lesson.cells:
        if cell.role == "section":
            found.append([])
            inside = True
        elif cell.role in BACK:
            inside = False
        if inside:
            found[-1].append(cell)
    return found


@rule(
    "one-h1",
    "There is exactly one heading of level 1, in the first cell, followed by one sentence.",
    kinds=BOTH,
)
def one_h1(subject: Subject) -> Iterator[Problem]:
    """Screen readers and tables of contents take the H1 for the title."""
    found = [
        (cell, heading)
        for cell in subject.cells
        if cell.is_markdown
        for heading in headings(cell.source)
        if heading.level == 1
    ]
    if not found or found[0][0].number != 1:
        key = subject.cells[0].key if subject.cells else None
        yield Problem(
            _("the first cell has no heading of level 1"), _("Begin it with '# Title'"), key
        )
    for cell, heading in found[1:]:
        yield Problem(
            _("this is a second heading of level 1"), _("Use '##'"), cell.key, heading.line
        )
    if found and found[0][0].number == 1:
        cell, heading = found[0]
        if not any(passage.line > heading.line for passage in passages(cell)):
            yield Problem(
                _("no sentence follows the title"),
                _("Say in one sentence why it matters to the learner"),
                cell.key,
                heading.line,
            )


@rule("heading-order", "Headings do not skip a level.", kinds=BOTH)
def heading_order(subject: Subject) -> Iterator[Problem]:
    """People who hear a page move through it by the levels of its headings."""
    level = 0
    for cell in subject.cells:
        for heading in headings(cell.source) if cell.is_markdown else []:
            if level and heading.level > level + 1:
                what = _("a heading of level {new} follows one of level {old}")
                yield Problem(
                    what.format(new=heading.level, old=level),
                    _("Use '{marks}'").format(marks="#" * (level + 1)),
                    cell.key,
                    heading.line,
                )
            level = heading.level


@rule(
    "roles",
    "A lesson has its parts in order: title, glance, objectives, recall, setup; for each objective "
    "section, worked, predict, run, exercise (investigate where it fits); then agreement, quiz, "
    f"keypoints, further. A lesson of at most {SHORT_MINUTES} minutes needs no recall and no "
    "agreement.",
)
def roles(lesson: Lesson) -> Iterator[Problem]:
    """What comes first, last and in between; ``text``, ``code`` and ``mentor`` may stand anywhere."""
    present = {cell.role for cell in lesson.cells}
    wanted = list(REQUIRED)
    if not is_short(lesson):
        wanted += ["agreement"]
        if any("/" in each for each in lesson.prerequisites):
            wanted += ["recall"]
    for role in wanted:
        if role not in present:
            yield Problem(
                _("the lesson has no cell with the role {role}").format(role=role),
                _("Add it, or give the cell that plays this part its role"),
            )
    for role in ("title", "glance", "objectives", "setup", "keypoints", "further"):
        for cell in lesson.with_role(role)[1:]:
            yield Problem(
                _("this is a second cell with the role {role}").format(role=role),
                _("Join the two, or use the role 'text' or 'code'"),
                cell.key,
            )
    yield from _stages(lesson)
    for part in parts(lesson):
        yield from _first_appearances(part)


def _stages(lesson: Lesson) -> Iterator[Problem]:
    """Front matter before the sections, end matter after them, each in its own order."""
    place = {role: (0, number) for number, role in enumerate(FRONT)}
    place |= dict.fromkeys(INSIDE, (1, 0))
    place |= {role: (2, number) for number, role in enumerate(BACK)}
    latest, latest_role = (0, 0), ""
    for cell in lesson.cells:
        here = place.get(cell.role or "")
        # A recall may use the same cells as the lesson itself: a prediction, a question.
        if here is None or (here[0] == 1 and latest[0] == 0 and cell.role in ("predict", "run")):
            continue
        if here < latest:
            what = _("a cell with the role {role} comes after one with the role {other}")
            yield Problem(
                what.format(role=cell.role, other=latest_role),
                _("Move it before that cell, or change its role"),
                cell.key,
            )
        else:
            latest, latest_role = here, cell.role or ""


def _first_appearances(part: list[Cell]) -> Iterator[Problem]:
    """Inside a part, the roles appear for the first time in the order of a lesson.

    A mistake may be run first or last, so ``investigate`` is free. Hints and checks are held to the
    exercise they belong to by rules of their own.
    """
    highest, highest_role = -1, ""
    seen = set()
    for cell in part:
        if (
            cell.role not in ("section", "worked", "predict", "run", "exercise")
            or cell.role in seen
        ):
            continue
        seen.add(cell.role)
        here = INSIDE.index(cell.role)
        if here < highest:
            what = _("in this part, {role} appears for the first time after {other}")
            yield Problem(
                what.format(role=cell.role, other=highest_role),
                _("Move it before that cell, or change its role"),
                cell.key,
            )
        else:
            highest, highest_role = here, cell.role or ""


@rule(
    "predict-before-run",
    "In each part, a prediction stands before the first run cell, and every prediction is "
    "answered later by a reveal with the same name.",
)
def predict_before_run(lesson: Lesson) -> Iterator[Problem]:
    """A result that was predicted is remembered; one that was only run is not."""
    for part in parts(lesson):
        predicted = False
        for cell in part:
            predicted = predicted or any(call.name == "predict" for call in cell.calls)
            if cell.role == "run" and not predicted:
                yield Problem(
                    _("this part runs a cell before anything was predicted"),
                    _("Put a predict cell before it, or give it the role 'code'"),
                    cell.key,
                )
                break
    reveals = {call.target: call for call in lesson.calls_of("reveal")}
    predictions = {call.target for call in lesson.calls_of("predict")}
    for call in lesson.calls_of("predict"):
        answer = reveals.get(call.target)
        if answer is None or (answer.cell.number, answer.line) < (call.cell.number, call.line):
            yield Problem(
                _("no reveal answers the prediction {name}").format(name=call.target),
                _("Call reveal('{name}', ...) after the run cell").format(name=call.target),
                call.cell.key,
                call.line,
            )
    for name, call in reveals.items():
        if name not in predictions:
            yield Problem(
                _("this reveal answers the prediction {name}, which does not exist").format(
                    name=name
                ),
                _("Use the name of a prediction"),
                call.cell.key,
                call.line,
            )


@rule(
    "section-opening",
    "Each part says in its first cell what it is about: a heading and a sentence.",
)
def section_opening(lesson: Lesson) -> Iterator[Problem]:
    """A part begins with a question from the data, not with code."""
    for cell in lesson.with_role("section"):
        found = headings(cell.source)
        if not found or found[0].level != 2:
            yield Problem(
                _("this section does not begin with a heading of level 2"),
                _("Begin it with '## ' and a question from the data"),
                cell.key,
                1,
            )
        elif not any(sentences(each.text) for each in passages(cell) if each.line > found[0].line):
            yield Problem(
                _("this section is a heading and nothing else"),
                _("Say in one or two sentences what the question is"),
                cell.key,
                found[0].line,
            )


@rule(
    "glance",
    "The glance cell names the minutes (the same number as the metadata), the level, whether the "
    "lesson works offline, and each data set.",
)
def glance(lesson: Lesson) -> Iterator[Problem]:
    """A learner decides by this table whether there is time now, and whether the data is at hand."""
    for cell in lesson.with_role("glance"):
        text = re.sub(r"[*_`|]", " ", cell.source)
        lowered = text.lower()
        stated = [int(each) for each in re.findall(r"(\d+)\s*(?:minutes|min\b)", text)]
        minutes = lesson.metadata.get("minutes")
        if minutes not in stated:
            what = _("the glance cell does not say '{minutes} minutes', as the metadata does")
            yield Problem(what.format(minutes=minutes), _("Make the two numbers agree"), cell.key)
        wanted = [str(lesson.metadata.get("level", "")), "offline"]
        for word in wanted:
            if word and word.lower() not in lowered:
                yield Problem(
                    _("the glance cell does not mention '{word}'").format(word=word),
                    _("Add it to the table"),
                    cell.key,
                )
        for name in lesson.data_names:
            words = re.findall(r"\w{4,}", name.lower()) or [name.lower()]
            # The table may shorten or turn the name around; half of its words must be there.
            if sum(word in lowered for word in words) * 2 < len(words):
                yield Problem(
                    _("the glance cell does not mention the data '{name}'").format(name=name),
                    _("Add it to the table, with its size and licence"),
                    cell.key,
                )
