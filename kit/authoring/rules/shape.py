"""Rules on the notebook as a file: ids, kernel, outputs, number of cells."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kit.authoring.finding import Problem
from kit.authoring.registry import BOTH, rule
from kit.authoring.subject import Lesson, Subject
from kit.i18n import gettext as _
from kit.notebooks import grade_id

MOST_CELLS = 40
KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}
# nbformat allows 64 characters, and '-solution' is added to an exercise's id in the learner's version.
LONGEST_ID = 55
_READABLE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
# What Jupyter and nbformat make up: eight hexadecimal digits, or a UUID.
_MACHINE_MADE = re.compile(r"[0-9a-f]{8}|[0-9a-f]{8}-[0-9a-f]{4}-.*|auto-.*")


def is_readable(identity: str) -> bool:
    """Say whether a person could have given an id, in kebab-case and short enough."""
    made_up = _MACHINE_MADE.fullmatch(identity)
    return not made_up and bool(_READABLE.fullmatch(identity)) and len(identity) <= LONGEST_ID


@rule(
    "cell-id",
    "Every cell has a permanent, readable id in kebab-case, of at most 55 characters, "
    "that no other cell has.",
    kinds=BOTH,
)
def cell_id(subject: Subject) -> Iterator[Problem]:
    """Ids are what translations, updates and marks hang on."""
    seen: dict[str, int] = {}
    for cell in subject.cells:
        identity = str(cell.node["id"])
        fix = _(
            "Give the cell an id that says what it is for, such as 'predict-mean-drops'; "
            "kit verify --fix makes one from its first words"
        )
        if _MACHINE_MADE.fullmatch(identity):
            yield Problem(
                _("the id {id} was made up by a machine").format(id=identity), fix, cell.key
            )
        elif not _READABLE.fullmatch(identity):
            yield Problem(_("the id {id} is not in kebab-case").format(id=identity), fix, cell.key)
        elif len(identity) > LONGEST_ID:
            what = _("the id has {n} characters, and {most} are allowed")
            yield Problem(what.format(n=len(identity), most=LONGEST_ID), fix, cell.key)
        named = grade_id(cell.node)
        if named is not None and named != identity:
            what = _("the cell's id is {id} and its grade_id is {grade_id}")
            yield Problem(
                what.format(id=identity, grade_id=named),
                _("Make the id equal to the grade_id; kit verify --fix does it"),
                cell.key,
            )
        if cell.key in seen:
            what = _("cells {first} and {second} have the same key {key}")
            yield Problem(
                what.format(first=seen[cell.key], second=cell.number, key=cell.key),
                _("Give the later cell an id of its own"),
                cell.key,
            )
        seen.setdefault(cell.key, cell.number)


@rule(
    "kernel", "The notebook names the kernel 'python3' and nothing about one machine.", kinds=BOTH
)
def kernel(subject: Subject) -> Iterator[Problem]:
    """A kernel that exists on the author's machine only opens a dialogue on everyone else's."""
    metadata = subject.notebook["metadata"]
    fix = _(
        "Run kit verify --fix, or set kernelspec to {kernel} and language_info to {language}"
    ).format(kernel=KERNEL, language={"name": "python"})
    if metadata.get("kernelspec") != KERNEL:
        yield Problem(_("the kernelspec is not the common one"), fix)
    if metadata.get("language_info") != {"name": "python"}:
        yield Problem(_("language_info says more or less than the language's name"), fix)


@rule("no-outputs", "Sources are stored without outputs and execution counts.", kinds=BOTH)
def no_outputs(subject: Subject) -> Iterator[Problem]:
    """Stored outputs hide what the code does today, and make every change unreadable."""
    fix = _("Run kit verify --fix, or clear all outputs and save")
    for cell in subject.cells:
        if not cell.is_code:
            continue
        if cell.node.get("outputs"):
            yield Problem(_("the cell has stored outputs"), fix, cell.key)
        elif cell.node.get("execution_count") is not None:
            yield Problem(_("the cell has an execution count"), fix, cell.key)


@rule("cell-count", f"A lesson has at most {MOST_CELLS} cells; cells for mentors do not count.")
def cell_count(lesson: Lesson) -> Iterator[Problem]:
    """A longer lesson is two lessons."""
    count = len([cell for cell in lesson.cells if cell.role != "mentor"])
    if count > MOST_CELLS:
        what = _("the lesson has {n} cells, and {most} are allowed")
        yield Problem(
            what.format(n=count, most=MOST_CELLS), _("Join cells, or make two lessons of it")
        )
