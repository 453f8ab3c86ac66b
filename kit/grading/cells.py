"""nbgrader's view of a cell: its kind, points and checksum, and the rules that its metadata keeps.

Only schema 3 is read, the one that nbgrader has written since 2018. What a cell is worth and what became of
it in a submission is left to `kit.grading.verdict`.
"""

from __future__ import annotations

import hashlib
import re
from typing import Any, Literal

from nbformat import NotebookNode

from kit.errors import KitError
from kit.i18n import gettext as _
from kit.notebooks import grade_id, is_graded, is_solution

SCHEMA_VERSION = 3

#: What nbgrader makes of a cell. ``test`` is executed and earns points; ``written`` is an answer (text or
#: code) that a mentor marks; ``task`` is a text that asks for cells which a mentor marks; ``answer`` is where
#: the learner writes what a test looks at; ``locked`` is restored before grading.
Kind = Literal["test", "written", "task", "answer", "locked", "plain"]

_GRADE_ID = re.compile(r"^[a-zA-Z0-9_\-]+$")


def nbgrader_metadata(cell: NotebookNode) -> dict[str, Any]:
    """Return nbgrader's metadata of a cell, empty when it has none."""
    value = cell["metadata"].get("nbgrader", {})
    return dict(value) if isinstance(value, dict) else {}


def cell_kind(cell: NotebookNode) -> Kind:
    """Return what nbgrader makes of a cell."""
    if grade_id(cell) is None:
        return "plain"
    if nbgrader_metadata(cell).get("task"):
        return "task"
    if is_graded(cell):
        return "written" if is_solution(cell) or cell.cell_type != "code" else "test"
    if is_solution(cell):
        return "answer"
    return "locked" if nbgrader_metadata(cell).get("locked") else "plain"


def is_locked(cell: NotebookNode) -> bool:
    """Say whether grading restores a cell from the source: a test, or a read-only cell."""
    metadata = nbgrader_metadata(cell)
    if metadata.get("solution"):
        return False
    return bool(metadata.get("grade") or metadata.get("locked"))


def max_points(cell: NotebookNode) -> float:
    """Return how many points a cell is worth; 0 for a cell that carries none."""
    if cell_kind(cell) not in ("test", "written", "task"):
        return 0.0
    return float(nbgrader_metadata(cell).get("points", 0.0))


def compute_checksum(cell: NotebookNode) -> str:
    """Return nbgrader's checksum of a cell: its text, type, kind, id and points.

    nbgrader compares it to see whether an answer was touched at all, so it has to be the same to the bit.
    """
    metadata = nbgrader_metadata(cell)
    parts = [
        cell.source,
        cell.cell_type,
        str(metadata.get("grade", False)),
        str(metadata.get("solution", False)),
        str(
            False
            if metadata.get("solution")
            else True
            if metadata.get("grade")
            else metadata.get("locked", False)
        ),
        metadata["grade_id"],
    ]
    if metadata.get("grade"):
        parts.append(str(float(metadata["points"])))
    return hashlib.md5("".join(parts).encode(), usedforsecurity=False).hexdigest()


def known_cells(notebook: NotebookNode) -> dict[str, NotebookNode]:
    """Return the cells that nbgrader knows, by grade_id, in their order."""
    return {
        identity: cell
        for cell in notebook.cells
        if (identity := grade_id(cell)) is not None and cell_kind(cell) != "plain"
    }


def metadata_errors(notebook: NotebookNode, *, where: str) -> list[KitError]:
    """Return everything that is wrong with nbgrader's metadata in a notebook; empty when it is sound."""
    errors: list[KitError] = []
    first: dict[str, int] = {}
    for number, cell in enumerate(notebook.cells, 1):
        if "nbgrader" not in cell.metadata:
            continue
        place = f"{where}, cell {number}"
        metadata = nbgrader_metadata(cell)
        errors += _shape_errors(cell, metadata, place)
        identity = grade_id(cell)
        if identity is None or cell_kind(cell) == "plain":
            continue
        if identity in first:
            errors.append(
                KitError(
                    _("the grade_id {id!r} is also that of cell {number}").format(
                        id=identity, number=first[identity]
                    ),
                    where=place,
                    fix=_("Give each of the two its own id in the nbgrader panel"),
                )
            )
        first.setdefault(identity, number)
    return errors


def _shape_errors(cell: NotebookNode, metadata: dict[str, Any], place: str) -> list[KitError]:
    version = metadata.get("schema_version", 0)
    if version != SCHEMA_VERSION:
        return [
            KitError(
                _("nbgrader's metadata has schema {version}, and {wanted} is needed").format(
                    version=version, wanted=SCHEMA_VERSION
                ),
                where=place,
                fix=_("Save a copy of the folder, then run: nbgrader update FOLDER"),
            )
        ]
    errors = []
    graded, solution = bool(metadata.get("grade")), bool(metadata.get("solution"))
    task, locked = bool(metadata.get("task")), bool(metadata.get("locked"))
    identity = metadata.get("grade_id")
    if (graded or solution or locked or task) and not (
        isinstance(identity, str) and _GRADE_ID.match(identity)
    ):
        errors.append(
            KitError(
                _("the grade_id {id!r} is missing or not made of letters, digits, - and _").format(
                    id=identity
                ),
                where=place,
                fix=_("Give the cell an id in the nbgrader panel"),
            )
        )
    points = metadata.get("points")
    sound = isinstance(points, int | float) and not isinstance(points, bool) and points >= 0
    if (graded or task) and not sound:
        errors.append(
            KitError(
                _("this graded cell has no number of points (it has {points!r})").format(
                    points=points
                ),
                where=place,
                fix=_("Give it points in the nbgrader panel"),
            )
        )
    if task and cell.cell_type != "markdown":
        errors.append(
            KitError(
                _("a task has to be a Markdown cell"), where=place, fix=_("Change the cell type")
            )
        )
    if not task and cell.cell_type == "markdown" and graded != solution:
        errors.append(
            KitError(
                _(
                    "a Markdown cell that is answered has to be graded, and one that is graded, answered"
                ),
                where=place,
                fix=_("Choose 'Manually graded answer' in the nbgrader panel"),
            )
        )
    return errors
