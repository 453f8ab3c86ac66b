"""The questions of an assignment: what a mentor marks in one sitting, as the source notebook has it.

A question is a written answer, a task, or an answer in code with the tests behind it. Here stand its title,
its text, the reference answer and the rubric; what students answered is left to `kit.desk.answers`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from nbformat import NotebookNode

from kit.desk.rubric import Rubric, read_rubric
from kit.errors import KitError
from kit.grading.cells import cell_kind, max_points
from kit.grading.course import Course
from kit.grading.rules import ReleaseRules
from kit.i18n import gettext as _
from kit.notebooks import grade_id, kit_metadata, read_notebook

_TITLE = re.compile(r"^#{1,6}\s+(.+?)\s*#*\s*$", re.MULTILINE)


@dataclass(frozen=True)
class Test:
    """One test behind an answer: its key, points, whole text, and what its author advises."""

    key: str
    max_points: float
    source: str
    advice: str = ""


@dataclass(frozen=True)
class Question:
    """One question.

    Parameters
    ----------
    notebook, key
        Where the answer stands: the name of the notebook and the grade_id of the cell.
    kind
        ``"written"`` and ``"task"`` wait for a mentor, ``"code"`` is marked by tests.
    title
        The heading above it.
    prompt
        The text that asks it, as Markdown.
    cells
        The keys of the cells in which it is answered.
    marks
        The keys of the cells that carry points: itself, or its tests.
    given
        Texts of the source that no one has to touch: they are no part of an answer.
    reference
        What the author answers, without the lines that mark it, and whether that is code.
    """

    notebook: str
    key: str
    kind: Literal["written", "task", "code"]
    title: str
    prompt: str
    cells: tuple[str, ...]
    marks: tuple[str, ...]
    max_points: float
    reference: str = ""
    is_code: bool = False
    tests: tuple[Test, ...] = ()
    rubric: Rubric = field(default_factory=Rubric)
    given: frozenset[str] = frozenset()

    @property
    def needs_mentor(self) -> bool:
        """Say whether a person marks it, and it is worth points."""
        return self.kind != "code" and self.max_points > 0


def read_questions(
    course: Course, assignment: str, source: Path | None = None
) -> tuple[Question, ...]:
    """Return the questions of an assignment, in its order.

    Parameters
    ----------
    source
        The folder of its source, if it is not the one of today.

    Raises
    ------
    KitError
        If the assignment has no source, or its notebook can not be read.
    """
    folder = source or course.folder("source", assignment)
    paths = sorted(folder.glob("*.ipynb"))
    if not paths:
        course.check_assignment(assignment)
        raise KitError(_("there is no notebook in this assignment"), where=assignment)
    try:
        rubric = course.rubric_path(assignment).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        rubric = ""
    return tuple(
        question
        for path in paths
        for question in find_questions(
            read_notebook(path), name=path.stem, rubric=rubric, rules=course.rules
        )
    )


def find_questions(
    source: NotebookNode, *, name: str, rubric: str = "", rules: ReleaseRules | None = None
) -> tuple[Question, ...]:
    """Return the questions of one source notebook.

    A test belongs to the answers before it, back to the test before those. A test without an answer is a
    question of its own, since it carries points.
    """
    rules = rules or ReleaseRules()
    questions: list[Question] = []
    title = ""
    prompt: list[str] = []
    answers: list[NotebookNode] = []
    tests: list[NotebookNode] = []

    def close() -> None:
        nonlocal answers, tests, prompt
        if tests:
            questions.append(_code_question(name, title, prompt, answers, tests, rules))
            answers, tests, prompt = [], [], []

    for cell in source.cells:
        kind = cell_kind(cell)
        if kind != "test" and tests:
            close()
        if kind == "test":
            tests.append(cell)
        elif kind == "answer":
            answers.append(cell)
        elif kind in ("written", "task"):
            key = str(grade_id(cell))
            points = max_points(cell)
            questions.append(
                Question(
                    notebook=name,
                    key=key,
                    kind="task" if kind == "task" else "written",
                    title=title or key,
                    prompt="\n\n".join(prompt),
                    cells=(key,),
                    marks=(key,),
                    max_points=points,
                    reference=_without_delimiters(cell.source, rules),
                    is_code=cell.cell_type == "code",
                    rubric=read_rubric(rubric, key, points) if rubric else Rubric(),
                )
            )
            prompt = []
        elif cell.cell_type == "markdown":
            headings = _TITLE.findall(cell.source)
            if headings:
                title, prompt = headings[-1], []
            prompt.append(cell.source)
    close()
    given = frozenset(
        cell.source.strip()
        for cell in source.cells
        if cell.cell_type == "markdown" and cell_kind(cell) == "plain"
    )
    return tuple(replace(question, given=given) for question in questions)


def _code_question(
    name: str,
    title: str,
    prompt: list[str],
    answers: list[NotebookNode],
    tests: list[NotebookNode],
    rules: ReleaseRules,
) -> Question:
    own = [str(grade_id(cell)) for cell in answers]
    checks = tuple(
        Test(
            str(grade_id(cell)),
            max_points(cell),
            _without_delimiters(cell.source, rules),
            str(kit_metadata(cell).get("feedback") or ""),
        )
        for cell in tests
    )
    key = own[0] if own else checks[0].key
    return Question(
        notebook=name,
        key=key,
        kind="code",
        title=title or key,
        prompt="\n\n".join(prompt),
        cells=tuple(own),
        marks=tuple(test.key for test in checks),
        max_points=sum(test.max_points for test in checks),
        reference="\n\n".join(_without_delimiters(cell.source, rules) for cell in answers),
        is_code=True,
        tests=checks,
    )


def _without_delimiters(text: str, rules: ReleaseRules) -> str:
    """Return a text of the author without the lines that say which part is the solution."""
    bounds = [bound for region in rules.regions for bound in (region.begin, region.end)]
    lines = [line for line in text.split("\n") if not any(bound in line for bound in bounds)]
    return "\n".join(lines).strip("\n")
