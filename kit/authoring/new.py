"""A new lesson or assignment: a small real example that verifies, to be changed step by step.

The plans made here are values, path by path; only `write_plan` touches the disk.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from kit.errors import KitError, KitErrors
from kit.i18n import gettext as _
from kit.notebooks.files import write_atomically

_SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_COURSE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LESSON_SLUG = re.compile(r"\d\d-[a-z0-9]+(-[a-z0-9]+)*")
LESSON_MINUTES = 30


@dataclass(frozen=True)
class Plan:
    """Files to be made, and files to be changed, with their whole text."""

    made: Mapping[Path, str]
    changed: Mapping[Path, str]


def plan_lesson(name: str, *, root: Path, title: str | None = None) -> Plan:
    """Return the files of a new lesson.

    Parameters
    ----------
    name
        ``COURSE/NN-SLUG``, such as ``ocean-data/06-tides``.
    root
        The folder in which ``courses/`` is or shall be.
    title
        The heading; by default the slug in words.

    Raises
    ------
    KitError
        If the name is not of that form, the lesson is there already, or course.yaml can not be read.
    """
    course, _slash, slug = name.partition("/")
    if not (_COURSE.fullmatch(course) and _LESSON_SLUG.fullmatch(slug)):
        raise KitError(
            _("'{name}' is not a name for a lesson").format(name=name),
            fix=_("Write COURSE/NN-SLUG in small letters, such as ocean-data/06-tides"),
        )
    folder = root / "courses" / course
    path, course_file = folder / f"{slug}.ipynb", folder / "course.yaml"
    _refuse_existing([path])
    words = {"id": f"{course}/{slug}", "title": title or _in_words(slug[3:])}
    made = {path: _filled(_template("lesson.ipynb"), words, quoted=True)}
    if not course_file.exists():
        course_title = _in_words(course)
        text = _dump(
            {
                "title": course_title,
                "summary": f"Lessons on {course_title[0].lower()}{course_title[1:]}.",
                "order": [slug],
                "minutes": {slug: LESSON_MINUTES},
            }
        )
        return Plan({**made, course_file: text}, {})
    return Plan(made, {course_file: _with_lesson(course_file, slug)})


def plan_assignment(
    slug: str, *, root: Path, title: str | None = None, lesson: str | None = None
) -> Plan:
    """Return the files of a new assignment.

    Parameters
    ----------
    slug
        Its name, such as ``tide-gauge``: that of the folder, the notebook and the gradebook.
    root
        The folder in which ``assignments/`` is or shall be.
    title
        The heading; by default the slug in words.
    lesson
        The lesson it belongs to, as ``COURSE/NN-SLUG``; by default the first one below ``courses/``.

    Raises
    ------
    KitError
        If the name is not of that form, the folder is there already, or there is no such lesson.
    """
    if not _SLUG.fullmatch(slug):
        raise KitError(
            _("'{name}' is not a name for an assignment").format(name=slug),
            fix=_("Use small letters, digits and hyphens, such as tide-gauge"),
        )
    folder = root / "assignments" / slug
    _refuse_existing([folder])
    lesson = lesson or _first_lesson(root)
    if not (root / "courses" / f"{lesson}.ipynb").exists():
        raise KitError(
            _("there is no lesson {lesson}").format(lesson=lesson),
            where=root / "courses",
            fix=_("Name one with --lesson, or make it first: kit new lesson {lesson}").format(
                lesson=lesson
            ),
        )
    words = {
        "slug": slug,
        "title": title or _in_words(slug),
        "course": lesson.split("/")[0],
        "lesson": lesson,
    }
    template = files("kit.authoring") / "templates" / "assignment"
    made = {
        folder / f"{slug}.ipynb": _filled(
            _template("assignment/assignment.ipynb"), words, quoted=True
        )
    }
    for name in ("assignment.yaml", "rubric.md"):
        made[folder / name] = _filled(
            _template(f"assignment/{name}"), words, quoted=name.endswith(".yaml")
        )
    for each in sorted((template / "wrong").iterdir(), key=lambda each: each.name):
        # Stored as .txt, since a wrong answer is no module of the kit.
        name = each.name.removesuffix(".txt")
        made[folder / "wrong" / name] = each.read_text(encoding="utf-8")
    return Plan(made, {})


def write_plan(plan: Plan) -> list[Path]:
    """Write the files of a plan; none that is to be made may be there already."""
    _refuse_existing(list(plan.made))
    for path, text in [*plan.made.items(), *plan.changed.items()]:
        write_atomically(text, path)
    return [*plan.made, *plan.changed]


def _template(name: str) -> str:
    return (files("kit.authoring") / "templates" / name).read_text(encoding="utf-8")


def _filled(text: str, words: Mapping[str, str], *, quoted: bool) -> str:
    """Put words in place of ``{{name}}``, inside quotes where ``quoted`` is set."""
    for name, word in words.items():
        # JSON and YAML agree on how a text inside double quotes is written.
        safe = json.dumps(word, ensure_ascii=False)[1:-1] if quoted else word
        text = text.replace("{{" + name + "}}", safe)
    return text


def _in_words(slug: str) -> str:
    words = slug.replace("-", " ")
    return words[0].upper() + words[1:]


def _refuse_existing(paths: list[Path]) -> None:
    errors = [
        KitError(
            _("it is there already"),
            where=path,
            fix=_("Choose another name, or remove it yourself"),
        )
        for path in paths
        if path.exists()
    ]
    if errors:
        raise KitErrors(errors)


def _first_lesson(root: Path) -> str:
    for path in sorted((root / "courses").glob("*/*.ipynb")):
        return f"{path.parent.name}/{path.stem}"
    raise KitError(
        _("there is no lesson yet that the assignment could belong to"),
        where=root / "courses",
        fix=_("Make one first: kit new lesson COURSE/01-NAME"),
    )


def _with_lesson(path: Path, slug: str) -> str:
    """Return the text of a course.yaml with one more lesson, everything else as its author wrote it."""
    fix = _("Correct it first; it needs title, summary, order and minutes")
    try:
        text = path.read_text(encoding="utf-8")
        course = yaml.safe_load(text)
        order, minutes = list(course["order"]), dict(course["minutes"])
    except (yaml.YAMLError, UnicodeDecodeError) as err:
        raise KitError(_("this is not YAML"), where=path, fix=fix) from err
    except (TypeError, KeyError, ValueError) as err:
        raise KitError(_("'order' or 'minutes' is missing"), where=path, fix=fix) from err
    wanted = {
        **course,
        "order": sorted({*order, slug}),
        "minutes": {**minutes, slug: LESSON_MINUTES},
    }
    wanted["order"] = [*order, *([] if slug in order else [slug])]
    edited = text if slug in order else _add_entry(text, "order", f"- {slug}", slug)
    if slug not in minutes:
        pair = f"{slug}: {LESSON_MINUTES}"
        edited = _add_entry(edited, "minutes", pair, pair)
    try:
        same = yaml.safe_load(edited) == wanted
    except yaml.YAMLError:
        same = False
    return edited if same else _dump(wanted)


def _add_entry(text: str, name: str, block_entry: str, flow_entry: str) -> str:
    """Add an entry to a list or table of a YAML text, in the form in which it is written."""
    flow = re.search(rf"(?m)^{name}:\s*[\[{{]([^\]}}]*)(?=[\]}}])", text)
    if flow:
        comma = ", " if flow[1].strip() else ""
        return text[: flow.end()] + comma + flow_entry + text[flow.end() :]
    text = text if text.endswith("\n") else text + "\n"
    block = re.search(rf"(?m)^{name}:[ \t]*\n((?:[ \t]+.*\n|- .*\n)*)", text)
    if block:
        indent = re.match(r"[ \t]*", block[1])
        return (
            text[: block.end()]
            + f"{indent[0] if indent else ''}{block_entry}\n"
            + text[block.end() :]
        )
    return text


def _dump(data: Mapping[str, Any]) -> str:
    return yaml.safe_dump(dict(data), sort_keys=False, allow_unicode=True, width=100)
