"""Which cell of a submission is which cell of the assignment, and which notebook is which.

nbgrader's metadata may be lost, on one cell or on all. Then a cell is known by its id, its text, what it
defines, or by standing alone where another one is missing. Guessing ends where two cells would do.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from nbformat import NotebookNode

from kit.grading.cells import cell_kind
from kit.notebooks import grade_id

_DEFINITION = re.compile(r"^\s*(?:async\s+)?(?:def|class)\s+(\w+)", re.MULTILINE)


class Matcher:
    """Finds cells of a submission that lost what marks them.

    Parameters
    ----------
    cells
        Those of the submission, as they change.
    master
        The notebook from which locked cells are restored.
    given
        Key → the texts that learners were given for it, the newest first.
    """

    def __init__(
        self,
        cells: Sequence[NotebookNode],
        master: NotebookNode,
        given: Mapping[str, Sequence[NotebookNode]],
    ) -> None:
        self.cells = cells
        self.master = master
        self.given = given
        self.wanted = {key: cell for cell in master.cells if (key := marked_key(cell))}

    def known(self, key: str) -> NotebookNode | None:
        """Return the cell that is marked with a key."""
        return next((cell for cell in self.cells if grade_id(cell) == key), None)

    def unmarked(self) -> list[NotebookNode]:
        """Return the cells that nothing marks."""
        return [cell for cell in self.cells if "nbgrader" not in cell.metadata]

    def find(self, key: str) -> NotebookNode | None:
        """Return the one cell that is clearly meant by a key, by its id, its text or what it defines."""
        ways: tuple[Callable[[str], NotebookNode | None], ...] = (
            self._by_identity,
            self._by_text,
            self._by_definition,
        )
        return next((cell for way in ways if (cell := way(key)) is not None), None)

    def stubs(self, key: str) -> set[str]:
        """Return what a cell says that was never touched."""
        return {plain_text(cell.source) for cell in self.given.get(key, ())}

    def _by_identity(self, key: str) -> NotebookNode | None:
        wanted = self.wanted[key].get("id")
        return only([cell for cell in self.unmarked() if cell.get("id") == wanted])

    def _by_text(self, key: str) -> NotebookNode | None:
        texts = {*self.stubs(key), plain_text(self.wanted[key].source)}
        same = [cell for cell in self.unmarked() if plain_text(cell.source) in texts]
        kind = self.wanted[key].cell_type
        # Two answers in words have the same stub, so text alone does not tell which is which.
        alike = [
            other
            for other in self.wanted
            if self.stubs(other) & self.stubs(key) and self.known(other) is None
        ]
        return only([cell for cell in same if cell.cell_type == kind]) if len(alike) <= 1 else None

    def _by_definition(self, key: str) -> NotebookNode | None:
        if cell_kind(self.wanted[key]) != "answer" or not self.given.get(key):
            return None
        names = set(_DEFINITION.findall(self.given[key][0].source))
        if not names:
            return None
        return only(
            [cell for cell in self.unmarked() if names <= set(_DEFINITION.findall(cell.source))]
        )

    def find_by_place(self, key: str) -> NotebookNode | None:
        """Return the one unmarked cell between the neighbours that the cell has in the master.

        Every cell of the master counts as a neighbour, text too, so that only what the learner wrote is left.
        """
        before, after = self._neighbours(key)
        if before is None and after is None:
            return None
        start = index_of(self.cells, before) + 1 if before is not None else 0
        stop = index_of(self.cells, after) if after is not None else len(self.cells)
        between = [
            cell
            for cell in self.cells[start:stop]
            if "nbgrader" not in cell.metadata
            and cell.cell_type == self.wanted[key].cell_type
            and cell.source.strip()
        ]
        return only(between)

    def _neighbours(self, key: str) -> tuple[NotebookNode | None, NotebookNode | None]:
        cells = self.master.cells
        place = next(n for n, cell in enumerate(cells) if marked_key(cell) == key)
        before = next(
            (c for m in reversed(cells[:place]) if (c := self._same(m)) is not None), None
        )
        after = next((c for m in cells[place + 1 :] if (c := self._same(m)) is not None), None)
        return before, after

    def _same(self, master: NotebookNode) -> NotebookNode | None:
        """Return the cell of the submission that is a cell of the master, marked or plain."""
        key = marked_key(master)
        if key is not None:
            return self.known(key)
        same = [
            cell
            for cell in self.unmarked()
            if cell.cell_type == master.cell_type
            and plain_text(cell.source) == plain_text(master.source)
        ]
        return same[0] if len(same) == 1 and same[0].source.strip() else None


def match_names(
    wanted: Mapping[str, NotebookNode], found: Mapping[str, NotebookNode]
) -> dict[str, str]:
    """Return which of the notebooks that were handed in stands for which of the assignment.

    A notebook of the right name counts, unless nothing was answered in it and something in a copy of it.

    Parameters
    ----------
    wanted
        Name (without ``.ipynb``) → master, for each notebook of the assignment.
    found
        Name → notebook, for each that was handed in.

    Returns
    -------
    dict
        Name in the assignment → name in the submission; names that stand for nothing are left out.
    """
    names = {name: name for name in wanted if name in found}
    for name in names:
        copies = [other for other in found if other not in wanted and other not in names.values()]
        worked = [other for other in copies if any(_answers(wanted[name], found[other]))]
        mine = _answers(wanted[name], found[name])
        if len(worked) == 1 and mine and not any(mine):
            names[name] = worked[0]
    for name in wanted.keys() - names.keys():
        rest = [other for other in found if other not in names.values() and other not in wanted]
        shared = {other: _shared_cells(wanted[name], found[other]) for other in rest}
        best = max(rest, key=lambda other: shared[other], default=None)
        lost = len(wanted) - len(names)
        if best is not None and (shared[best] or (len(rest) == 1 and lost == 1)):
            names[name] = best
    return names


def _answers(wanted: NotebookNode, found: NotebookNode) -> list[bool]:
    """Return for each answer of the assignment that is in a notebook whether it was worked on."""
    stubs = {
        key: plain_text(cell.source)
        for cell in wanted.cells
        if (key := marked_key(cell)) and cell_kind(cell) in ("answer", "written")
    }
    return [
        plain_text(cell.source) not in ("", stubs[key])
        for cell in found.cells
        if (key := grade_id(cell)) in stubs
    ]


def _shared_cells(wanted: NotebookNode, found: NotebookNode) -> float:
    """Return how much of an assignment's notebook is in another: its marked cells, else its text."""
    keys = {key for cell in wanted.cells if (key := marked_key(cell))}
    marked = len(keys & {grade_id(cell) for cell in found.cells})
    if marked:
        return float(marked)
    texts = [plain_text(cell.source) for cell in wanted.cells]
    others = {plain_text(cell.source) for cell in found.cells}
    return sum(text in others for text in texts) / (2 * len(texts) or 1)


def marked_key(cell: NotebookNode) -> str | None:
    """Return the key of a cell that nbgrader knows."""
    return grade_id(cell) if cell_kind(cell) != "plain" else None


def plain_text(source: str) -> str:
    """Return a text without what editors change by themselves: spaces at line ends, the last newline."""
    return "\n".join(line.rstrip() for line in source.strip().splitlines())


def index_of(cells: Sequence[NotebookNode], cell: NotebookNode) -> int:
    """Return the place of this very cell: two cells of a learner may well be equal."""
    return next(number for number, other in enumerate(cells) if other is cell)


def only(cells: Sequence[NotebookNode]) -> NotebookNode | None:
    """Return the cell when there is exactly one."""
    return cells[0] if len(cells) == 1 else None
