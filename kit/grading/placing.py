"""Where cells stand in a submission: tests behind their answers, set-up before what needs it.

Which cell is which is known by now, see `kit.grading.matching`; what was moved is told by `kit.grading.repair`.
"""

from __future__ import annotations

from nbformat import NotebookNode

from kit.grading.cells import cell_kind
from kit.grading.matching import Matcher, index_of


class Places:
    """The order of a submission's cells, changed in the list itself.

    Parameters
    ----------
    cells
        The cells; `put_back_moved` and `insert` change this list.
    matcher
        Knows which cell is which, and what the master has.
    """

    def __init__(self, cells: list[NotebookNode], matcher: Matcher) -> None:
        self.cells = cells
        self.matcher = matcher
        self.wanted = matcher.wanted
        self.order = list(matcher.wanted)

    def put_back_moved(self) -> list[str]:
        """Put a test back behind its answer, and a read-only cell before the first one that needs it.

        Answers stay where the learner put them: one may well be needed by another further up. Returns the keys
        of what was moved.
        """
        moved = []
        for place, key in enumerate(self.order):
            cell = self.matcher.known(key)
            kind = cell_kind(self.wanted[key])
            if cell is None or kind not in ("test", "locked"):
                continue
            here = index_of(self.cells, cell)
            if kind == "test":
                answers = [k for k in self.order[:place] if self._is_answer(k)]
                other = self.matcher.known(answers[-1]) if answers else None
                wrong = other is not None and here < index_of(self.cells, other)
            else:
                users = [
                    k for k in self.order[place + 1 :] if cell_kind(self.wanted[k]) != "locked"
                ]
                other = next((c for k in users if (c := self.matcher.known(k)) is not None), None)
                wrong = other is not None and here > index_of(self.cells, other)
            if wrong and other is not None:
                del self.cells[here]
                self.cells.insert(index_of(self.cells, other) + (kind == "test"), cell)
                moved.append(key)
        return moved

    def _is_answer(self, key: str) -> bool:
        return cell_kind(self.wanted[key]) == "answer" and self.matcher.known(key) is not None

    def insert(self, key: str, cell: NotebookNode) -> None:
        """Put a cell that was missing where the master has it, among what the learner wrote."""
        place = self.order.index(key)
        for earlier in reversed(self.order[:place]):
            before = self.matcher.known(earlier)
            if before is not None:
                # What the learner wrote below an answer belongs to that answer.
                after = next(
                    (k for k in self.order[place + 1 :] if self.matcher.known(k) is not None), None
                )
                self.cells.insert(self._gap(before, after, cell), cell)
                return
        for later in self.order[place + 1 :]:
            behind = self.matcher.known(later)
            if behind is not None:
                self.cells.insert(index_of(self.cells, behind), cell)
                return
        self.cells.append(cell)

    def _gap(self, before: NotebookNode, after: str | None, cell: NotebookNode) -> int:
        """Return where to insert between two known cells: tests as late as possible, others early."""
        if cell_kind(cell) == "test":
            follower = self.matcher.known(after) if after is not None else None
            if follower is not None and index_of(self.cells, follower) > index_of(
                self.cells, before
            ):
                return index_of(self.cells, follower)
            if follower is None:
                return len(self.cells)
        return index_of(self.cells, before) + 1
