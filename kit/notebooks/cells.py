"""Which cell is which: stable keys, roles, and nbgrader's metadata.

A cell's *key* is what everything that outlives an edit hangs on (updates, translations, marks): nbgrader's
``grade_id`` where there is one, otherwise the cell's own id. A cell's *role* says what a lesson uses it for,
and stands in the cell's metadata under ``kit``.
"""

from __future__ import annotations

from typing import Any

from nbformat import NotebookNode

from kit.errors import KitError


def kit_metadata(cell: NotebookNode) -> dict[str, Any]:
    """Return the kit's own metadata of a cell, empty when it has none."""
    value = cell["metadata"].get("kit", {})
    return dict(value) if isinstance(value, dict) else {}


def cell_role(cell: NotebookNode) -> str | None:
    """Return the role a cell has in its lesson, such as ``"worked"``, or None."""
    role = kit_metadata(cell).get("role")
    return role if isinstance(role, str) else None


def _nbgrader(cell: NotebookNode) -> dict[str, Any]:
    value = cell["metadata"].get("nbgrader", {})
    return dict(value) if isinstance(value, dict) else {}


def grade_id(cell: NotebookNode) -> str | None:
    """Return nbgrader's id of a cell, or None when nbgrader does not know the cell."""
    identity = _nbgrader(cell).get("grade_id")
    return identity if isinstance(identity, str) and identity else None


def is_graded(cell: NotebookNode) -> bool:
    """Say whether a cell carries points: a test cell, or an answer that a mentor marks."""
    return bool(_nbgrader(cell).get("grade"))


def is_solution(cell: NotebookNode) -> bool:
    """Say whether a cell is where the learner answers."""
    return bool(_nbgrader(cell).get("solution"))


def cell_key(cell: NotebookNode) -> str:
    """Return the key of a cell, which stays the same for as long as the cell means the same."""
    return grade_id(cell) or str(cell["id"])


def find_cell(notebook: NotebookNode, key: str) -> NotebookNode:
    """Return the cell with a key.

    Raises
    ------
    KitError
        If no cell has it; the message lists those that exist.
    """
    for cell in notebook.cells:
        if cell_key(cell) == key:
            return cell
    known = ", ".join(cell_key(cell) for cell in notebook.cells)
    raise KitError(f"no cell has the key {key!r}", fix=f"The keys are: {known}")
