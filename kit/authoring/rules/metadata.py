"""Rules on what a lesson says of itself: its metadata, and that course.yaml agrees."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from kit.authoring.finding import Problem
from kit.authoring.prose import headings, plain
from kit.authoring.registry import rule
from kit.authoring.subject import Lesson
from kit.i18n import gettext as _

SCHEMAS = Path(__file__).parent.parent / "schemas"

# Which type of cell a role needs; a role that is not listed may be either.
CELL_TYPE = {
    "title": "markdown",
    "glance": "markdown",
    "objectives": "markdown",
    "setup": "code",
    "section": "markdown",
    "worked": "code",
    "run": "code",
    "check": "code",
    "agreement": "code",
    "quiz": "code",
    "keypoints": "markdown",
    "further": "markdown",
    "text": "markdown",
    "code": "code",
}


@cache
def schema(name: str) -> dict[str, Any]:
    """Return a schema of this package by name."""
    loaded: dict[str, Any] = json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8"))
    return loaded


def schema_errors(data: Any, name: str) -> list[str]:
    """Return what breaks a schema, one sentence for each place, in the order of the places."""
    import jsonschema

    validator = jsonschema.Draft202012Validator(schema(name))
    found = []
    for error in validator.iter_errors(data):
        place = ".".join(str(part) for part in error.absolute_path)
        found.append((place, f"{place}: {error.message}" if place else error.message))
    return [text for _place, text in sorted(found)]


@rule(
    "lesson-metadata",
    "The notebook's metadata has a complete 'lesson' table; its id is course/file name.",
)
def lesson_metadata(lesson: Lesson) -> Iterator[Problem]:
    """Checked by schema, then against the file's own place."""
    fix = _("Correct the 'lesson' table in the notebook's metadata")
    if not lesson.metadata:
        yield Problem(_("the notebook's metadata has no 'lesson' table"), fix)
        return
    for text in schema_errors(lesson.metadata, "lesson"):
        yield Problem(_("metadata lesson: {text}").format(text=text), fix)
    stated = lesson.metadata.get("id")
    if isinstance(stated, str) and stated != lesson.id:
        what = _("metadata lesson.id is {stated}, and the file's place says {id}")
        yield Problem(what.format(stated=stated, id=lesson.id), fix)
    ids = lesson.objective_ids
    if ids != [f"O{number}" for number in range(1, len(ids) + 1)]:
        what = _("the objectives are called {ids}, not O1, O2 and so on in order")
        yield Problem(what.format(ids=", ".join(ids)), fix)


@rule("title", "The heading of level 1 is the title in the metadata, word for word.")
def title(lesson: Lesson) -> Iterator[Problem]:
    """The course's page shows one, the lesson the other."""
    stated = str(lesson.metadata.get("title", ""))
    for cell in lesson.with_role("title"):
        found = [each.text for each in headings(cell.source) if each.level == 1]
        if found and plain(found[0]) != plain(stated):
            what = _("the heading is '{heading}', and the metadata says '{title}'")
            yield Problem(
                what.format(heading=found[0], title=stated),
                _("Use the same words in both places"),
                cell.key,
            )


@rule(
    "cell-metadata",
    "Every cell has a known role that suits its type; an objective it names exists; "
    "an exercise has an objective, minutes and a difficulty.",
)
def cell_metadata(lesson: Lesson) -> Iterator[Problem]:
    """Roles are how the rest of the kit knows which cell is which."""
    fix = _("Correct the 'kit' table in the cell's metadata")
    for cell in lesson.cells:
        if not cell.kit:
            yield Problem(_("the cell has no 'kit' metadata with a role"), fix, cell.key)
            continue
        for text in schema_errors(cell.kit, "cell"):
            yield Problem(_("metadata kit: {text}").format(text=text), fix, cell.key)
        objective = cell.kit.get("objective")
        if isinstance(objective, str) and objective not in lesson.objective_ids:
            what = _("the objective {id} is not in the lesson's metadata")
            yield Problem(what.format(id=objective), fix, cell.key)
        wanted = CELL_TYPE.get(cell.role or "")
        if wanted and wanted != cell.node["cell_type"]:
            what = _("a cell with the role {role} is a {wanted} cell")
            yield Problem(
                what.format(role=cell.role, wanted=wanted),
                _("Change the role or the type of the cell"),
                cell.key,
            )
        if cell.role == "exercise" and cell.is_code:
            for name in ("objective", "minutes", "difficulty"):
                if name not in cell.kit:
                    what = _("the exercise has no {name}")
                    yield Problem(what.format(name=name), fix, cell.key)


@rule(
    "course-yaml",
    "course.yaml has a title and a summary, lists the lesson, and gives the same minutes.",
)
def course_yaml(lesson: Lesson) -> Iterator[Problem]:
    """The course's page is made from course.yaml, so the two must agree."""
    fix = _("Correct course.yaml, with title, summary, order and minutes")
    if lesson.course is None:
        yield Problem(lesson.course_problem or _("there is no course.yaml"), fix)
        return
    for name in ("title", "summary"):
        value = lesson.course.get(name)
        if not isinstance(value, str) or not value.strip():
            yield Problem(_("course.yaml has no {name}").format(name=name), fix, file="course.yaml")
    order = lesson.course.get("order")
    if not isinstance(order, list) or lesson.slug not in order:
        what = _("course.yaml does not list {slug} under 'order'")
        yield Problem(what.format(slug=lesson.slug), fix, file="course.yaml")
    minutes = lesson.course.get("minutes")
    stated = minutes.get(lesson.slug) if isinstance(minutes, dict) else None
    if stated != lesson.metadata.get("minutes"):
        what = _("course.yaml says {stated} minutes for {slug}, and the lesson says {own}")
        text = what.format(stated=stated, slug=lesson.slug, own=lesson.metadata.get("minutes"))
        yield Problem(text, fix, file="course.yaml")
