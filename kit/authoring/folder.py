"""An assignment's folder as the rules see it: notebook, contract, rubric, known wrong answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from nbformat import NotebookNode

from kit.authoring.prose import headings
from kit.authoring.subject import Cell, Subject
from kit.errors import KitError, KitErrors
from kit.grading.answers import Answers, load_answers
from kit.grading.assignment import Assignment, load_assignment
from kit.grading.cells import cell_kind, max_points
from kit.grading.release import hidden_text, make_release_version
from kit.notebooks import read_notebook

T = TypeVar("T")


@dataclass(frozen=True)
class Question:
    """One question that tests mark: what comes before the answers, the answers, the tests."""

    contract: tuple[Cell, ...]
    answers: tuple[Cell, ...]
    tests: tuple[Cell, ...]

    @property
    def points(self) -> float:
        """What its tests are worth together."""
        return sum(worth(cell.node) for cell in self.tests)


@dataclass(frozen=True)
class AssignmentFolder(Subject):
    """An assignment with everything in its folder, and what could not be read."""

    assignment: Assignment | None = None
    faults: tuple[KitError, ...] = ()
    rubric: str | None = None
    wrong: dict[str, Answers] = field(default_factory=dict)
    wrong_faults: dict[str, tuple[KitError, ...]] = field(default_factory=dict)
    release: NotebookNode | None = None
    # Files that were released from this source before, and differ from `release`.
    stale: tuple[Path, ...] = ()
    # What `kit.authoring.trials` found by executing it; None when nothing was executed.
    trials: Any = None

    @property
    def folder(self) -> Path:
        """The assignment's folder."""
        return self.path.parent

    @property
    def slug(self) -> str:
        """The name of the folder and of the notebook."""
        return self.folder.resolve().name

    def of_kind(self, *kinds: str) -> list[Cell]:
        """Return the cells of which nbgrader makes one of these kinds."""
        return [cell for cell in self.cells if cell_kind(cell.node) in kinds]

    @property
    def questions(self) -> list[Question]:
        """The questions that tests mark, in order.

        A question ends with its last test; answers with no test between them belong together.
        """
        found: list[Question] = []
        contract: list[Cell] = []
        answers: list[Cell] = []
        tests: list[Cell] = []
        for cell in self.cells:
            kind = cell_kind(cell.node)
            if tests and kind != "test":
                found.append(Question(tuple(contract), tuple(answers), tuple(tests)))
                contract, answers, tests = [], [], []
            if kind == "answer":
                answers.append(cell)
            elif kind == "test":
                tests.append(cell)
            elif kind in ("written", "task"):
                # Answers before a written one are its scratch cells: a person reads what they print.
                contract, answers = [], []
            elif not answers and cell.is_markdown:
                if any(heading.level <= 2 for heading in headings(cell.source)):
                    contract = []
                contract.append(cell)
        if answers or tests:
            found.append(Question(tuple(contract), tuple(answers), tuple(tests)))
        return found


def worth(cell: NotebookNode) -> float:
    """Return what a cell is worth; 0 where its points are no number, which a rule of its own reports."""
    try:
        return max_points(cell)
    except (TypeError, ValueError):
        return 0.0


def hides(cell: Cell) -> bool:
    """Say whether a test cell holds lines that learners do not see."""
    return any(line.strip() for line in hidden_text(cell.node))


def read_assignment_folder(folder: str | Path) -> AssignmentFolder:
    """Read an assignment's folder as far as it can be read.

    Raises
    ------
    KitError
        If there is no notebook that can be read; everything else is left for rules to report.
    """
    folder = Path(folder)
    path = folder / f"{folder.resolve().name}.ipynb"
    notebook = read_notebook(path)
    assignment, faults = _try(lambda: load_assignment(folder))
    release, release_faults = _try(lambda: make_release_version(notebook, where=str(path)))
    known = {fault.message() for fault in faults}
    faults += tuple(each for each in release_faults if each.message() not in known)
    rubric_path = folder / "rubric.md"
    rubric = rubric_path.read_text(encoding="utf-8") if rubric_path.is_file() else None
    wrong: dict[str, Answers] = {}
    wrong_faults: dict[str, tuple[KitError, ...]] = {}
    for script in sorted((folder / "wrong").glob("*.py")):
        answers, problems = _try(lambda script=script: load_answers(script, notebook))  # type: ignore[misc]
        if answers is not None:
            wrong[script.name] = answers
        else:
            wrong_faults[script.name] = problems
    return AssignmentFolder(
        path, notebook, assignment, faults, rubric, wrong, wrong_faults, release
    )


def _try(make: Callable[[], T]) -> tuple[T | None, tuple[KitError, ...]]:
    """Return what a function makes and no faults, or None and every fault."""
    try:
        return make(), ()
    except KitErrors as errors:
        return None, tuple(errors.errors)
    except KitError as error:
        return None, (error,)
