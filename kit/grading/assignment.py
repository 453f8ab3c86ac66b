"""An assignment as its author keeps it: notebook, contract, rubric and known wrong answers.

Loads the folder and reports every problem of it at once. Whether the assignment is a good one (its reference
solution scores all points, its wrong answers lose theirs) is left to `kit.authoring`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from nbformat import NotebookNode

from kit.errors import KitError, KitErrors
from kit.grading.cells import known_cells, max_points, metadata_errors
from kit.grading.terms import LatePolicy, Limits, TermsChecker, read_contract
from kit.i18n import gettext as _
from kit.notebooks import read_notebook

AI_POLICIES = ("open", "declared", "none")


@dataclass(frozen=True)
class Assignment:
    """One assignment, loaded and checked. ``source`` is the notebook with solution and hidden tests."""

    slug: str
    folder: Path
    source: NotebookNode
    title: str
    course: str
    lesson: str
    minutes: int
    points: float
    objectives: tuple[str, ...]
    prerequisites: tuple[str, ...]
    limits: Limits
    late: LatePolicy
    ai: Literal["open", "declared", "none"]
    licence: str
    authors: tuple[str, ...]

    @property
    def notebook_path(self) -> Path:
        """The source notebook."""
        return self.folder / f"{self.slug}.ipynb"

    @property
    def yaml_path(self) -> Path:
        """The contract."""
        return self.folder / "assignment.yaml"

    @property
    def rubric_path(self) -> Path:
        """The rubric for the mentor; it need not exist."""
        return self.folder / "rubric.md"

    @property
    def wrong_paths(self) -> tuple[Path, ...]:
        """The known wrong answers, sorted by name."""
        return tuple(sorted((self.folder / "wrong").glob("*.py")))


def load_assignment(folder: str | Path) -> Assignment:
    """Load ``assignments/<slug>/`` and check it.

    Parameters
    ----------
    folder
        The folder, named like the assignment.

    Raises
    ------
    KitErrors
        With every problem of ``assignment.yaml`` and of nbgrader's metadata in the notebook.
    KitError
        If the folder, the contract or the notebook can not be read at all.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise KitError(
            _("there is no such folder"), where=folder, fix=_("Name a folder below assignments/")
        )
    slug = folder.resolve().name
    contract = read_contract(folder / "assignment.yaml")
    source = read_notebook(folder / f"{slug}.ipynb")
    checker = TermsChecker(contract, str(folder / "assignment.yaml"))
    assignment = Assignment(
        slug=slug,
        folder=folder,
        source=source,
        title=checker.text("title"),
        course=checker.text("course"),
        lesson=checker.text("lesson"),
        minutes=int(checker.number("minutes")),
        points=checker.number("points"),
        objectives=checker.texts("objectives"),
        prerequisites=checker.texts("prerequisites", empty=True),
        limits=checker.limits(),
        late=checker.late(),
        ai=checker.choice("ai", AI_POLICIES),
        licence=checker.text("licence"),
        authors=checker.texts("authors"),
    )
    name = contract.get("id")
    if name != slug:
        checker.complain(
            _("'id' is {name!r}, and the folder is called {slug!r}").format(name=name, slug=slug),
            _("Make them the same"),
        )
    checker.unknown(
        {
            "id",
            "title",
            "course",
            "lesson",
            "minutes",
            "points",
            "objectives",
            "prerequisites",
            "limits",
        }
        | {"late", "ai", "licence", "authors"}
    )
    faults = metadata_errors(source, where=str(assignment.notebook_path))
    if not faults:
        total = sum(max_points(cell) for cell in known_cells(source).values())
        if not math.isclose(total, assignment.points):
            checker.complain(
                _(
                    "'points' is {points:g}, and the cells of the notebook add up to {total:g}"
                ).format(points=assignment.points, total=total),
                _("Correct the one that is wrong"),
            )
        declares = "ai-declaration" in known_cells(source)
        if assignment.ai == "declared" and not declares:
            checker.complain(
                _("'ai' is 'declared', and the notebook has no cell 'ai-declaration'"),
                _("Add a manually graded answer with that grade_id, worth 0 points"),
            )
    if checker.errors or faults:
        raise KitErrors(checker.errors + faults)
    return assignment
