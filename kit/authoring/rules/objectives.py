"""Rules on objectives: what a learner can do afterwards is listed, practised, checked and repeated."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kit.authoring.finding import Problem
from kit.authoring.prose import links, list_items, plain
from kit.authoring.registry import rule
from kit.authoring.subject import Lesson
from kit.i18n import gettext as _

MOST_LINKS = 3


def _bare(text: str) -> str:
    """An objective's text without marks, numbering and final stop, for comparison."""
    text = re.sub(r"`|\*|\$", "", text)
    text = re.sub(r"^\W*(O\d\W+)?", "", text)
    return re.sub(r"\s+", " ", text).strip().rstrip(".;").lower()


@rule(
    "objectives-listed",
    "The objectives cell lists the objectives of the metadata, in their order and words.",
)
def objectives_listed(lesson: Lesson) -> Iterator[Problem]:
    """The list that the learner reads is the list that exercises and questions name."""
    texts = lesson.objective_texts
    for cell in lesson.with_role("objectives"):
        items = list_items(cell.source)
        if len(items) != len(texts):
            what = _("the cell lists {n} objectives, and the metadata has {m}")
            yield Problem(
                what.format(n=len(items), m=len(texts)),
                _("Make a numbered list of the objectives in the metadata"),
                cell.key,
            )
            continue
        for number, (item, text) in enumerate(zip(items, texts, strict=True), 1):
            if _bare(item) != _bare(text):
                what = _("objective {n} reads '{item}', and the metadata says '{text}'")
                yield Problem(
                    what.format(n=number, item=plain(item), text=text),
                    _("Use the same words in both places"),
                    cell.key,
                )


@rule(
    "objectives-covered",
    "Each objective is practised by an exercise and asked about by a quiz question or a check.",
)
def objectives_covered(lesson: Lesson) -> Iterator[Problem]:
    """An objective that nothing practises is a wish."""
    practised = {lesson.objective_of(cell) for cell in lesson.exercises}
    asked = {lesson.objective_of(cell) for cell in lesson.with_role("quiz", "check")}
    for each in lesson.objective_ids:
        if each not in practised:
            yield Problem(
                _("no exercise practises the objective {id}").format(id=each),
                _("Give an exercise the objective '{id}' in its 'kit' metadata").format(id=each),
            )
        if each not in asked:
            yield Problem(
                _("no quiz question or check asks about the objective {id}").format(id=each),
                _("Give a quiz or check cell the objective '{id}' in its metadata").format(id=each),
            )


@rule("keypoints", "The key points are a list with one point for each objective, in their order.")
def keypoints(lesson: Lesson) -> Iterator[Problem]:
    """The end of the lesson answers its beginning."""
    wanted = len(lesson.objective_ids)
    for cell in lesson.with_role("keypoints"):
        count = len(list_items(cell.source))
        if count != wanted:
            what = _("there are {n} key points and {m} objectives")
            yield Problem(
                what.format(n=count, m=wanted),
                _("Write one list item for each objective, in the same order"),
                cell.key,
            )


@rule("further", f"The last cell names at most {MOST_LINKS} places to go on.")
def further(lesson: Lesson) -> Iterator[Problem]:
    """Three links are followed; ten are not."""
    for cell in lesson.with_role("further"):
        found = links(cell.source)
        if len(found) > MOST_LINKS:
            what = _("there are {n} links, and {most} are allowed")
            yield Problem(
                what.format(n=len(found), most=MOST_LINKS), _("Keep the best ones"), cell.key
            )
