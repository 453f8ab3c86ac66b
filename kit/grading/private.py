"""Private tests: cells that are laid over a source when it is graded, and are in no repository.

They lie in a folder apart, ``DIR/<assignment>/<notebook>.ipynb``. A cell with the key of a test in the source
takes its place; one with a new key is a new test, behind the cells that stand before it in its own notebook. So
an author copies a notebook, keeps the answers' keys for orientation, and changes the tests.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from pathlib import Path

from nbformat import NotebookNode

from kit.errors import KitError, KitErrors
from kit.grading.cells import cell_kind, known_cells
from kit.grading.delimiters import is_delimiter
from kit.grading.rules import ReleaseRules
from kit.i18n import gettext as _
from kit.notebooks import grade_id, kit_metadata, read_notebook


def private_files(folder: Path, assignment: str) -> dict[str, Path]:
    """Return the name of each notebook with private tests, and its file.

    Raises
    ------
    KitError
        If there is none for this assignment.
    """
    place = Path(folder) / assignment
    found = {path.stem: path for path in sorted(place.glob("*.ipynb"))}
    if not found:
        raise KitError(
            _("there are no private tests for {assignment!r}").format(assignment=assignment),
            where=place,
            fix=_("Put them into {place}/NOTEBOOK.ipynb, or leave --private out").format(
                place=place
            ),
        )
    return found


def lay_over(
    source: NotebookNode,
    private: NotebookNode,
    *,
    rules: ReleaseRules | None = None,
    where: str = "",
) -> NotebookNode:
    """Return a source with private tests in it, each hidden from its first line to its last.

    Neither notebook is changed.

    Raises
    ------
    KitErrors
        With every private cell that is no test, or would take the place of something else.
    """
    merged = copy.deepcopy(source)
    present = known_cells(merged)
    errors: list[KitError] = []
    last: str | None = None
    for number, cell in enumerate(private.cells, 1):
        key = grade_id(cell)
        if key is None:
            continue
        there = present.get(key)
        if there is not None and cell_kind(there) != "test":
            # An answer's or set-up cell's key only says where the tests behind it belong.
            last = key
            continue
        if cell_kind(cell) != "test":
            errors.append(
                KitError(
                    _("the private cell {key!r} is no test").format(key=key),
                    where=f"{where}, cell {number}".lstrip(", "),
                    fix=_("Make it an autograder test, or take it out"),
                )
            )
            continue
        mine = _hide(cell, rules or ReleaseRules())
        if there is not None:
            merged.cells[_place(merged, key)] = mine
        else:
            merged.cells.insert(_place(merged, last) + 1 if last else len(merged.cells), mine)
        last = key
    if errors:
        raise KitErrors(errors)
    return merged


def _hide(cell: NotebookNode, rules: ReleaseRules) -> NotebookNode:
    """Return a test of which learners see nothing, neither its text nor what it says when it fails."""
    hidden = copy.deepcopy(cell)
    lines = [line for line in cell.source.split("\n") if not is_delimiter(line, rules)]
    begin, end = (
        part if part.startswith("#") else f"### {part}"
        for part in (rules.hidden.begin, rules.hidden.end)
    )
    hidden.source = "\n".join([begin, *lines, end])
    hidden.metadata["kit"] = {**kit_metadata(cell), "private": True}
    return hidden


def is_private(cell: NotebookNode) -> bool:
    """Say whether a cell is a private test, of which learners are to hear nothing."""
    return bool(kit_metadata(cell).get("private"))


def _place(notebook: NotebookNode, key: str | None) -> int:
    return next(n for n, cell in enumerate(notebook.cells) if grade_id(cell) == key)


def lay_over_all(
    assignment: str,
    folder: Path,
    sources: Mapping[str, NotebookNode],
    *,
    rules: ReleaseRules | None = None,
) -> dict[str, NotebookNode]:
    """Return the notebooks of an assignment with its private tests in them.

    Parameters
    ----------
    sources
        Name → source notebook.

    Raises
    ------
    KitError
        If a private notebook has the name of none of them, or can not be read.
    """
    merged = dict(sources)
    for name, path in private_files(folder, assignment).items():
        if name not in sources:
            raise KitError(
                _("there is no notebook {name}.ipynb in this assignment").format(name=name),
                where=path,
                fix=_("Those that there are: {known}").format(known=", ".join(sources)),
            )
        merged[name] = lay_over(sources[name], read_notebook(path), rules=rules, where=str(path))
    return merged
