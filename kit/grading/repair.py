"""What can be put right in a submission before it is graded, each repair told in one sentence.

A learner's notebook may have lost cells, copies of cells, metadata or its name on the way. Where the intent
is clear, it is put right from the source; what the learner wrote is never changed. Pure functions; which
files belong to a submission is left to `kit.grading.submission`.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Sequence
from dataclasses import dataclass

from nbformat import NotebookNode

from kit.grading.cells import cell_kind, is_locked, nbgrader_metadata
from kit.i18n import gettext as _
from kit.notebooks import grade_id

_DEFINITION = re.compile(r"^\s*(?:async\s+)?(?:def|class)\s+(\w+)", re.MULTILINE)


@dataclass(frozen=True)
class Repaired:
    """A submission that can be executed and marked, and what was put right in it."""

    notebook: NotebookNode
    repairs: tuple[str, ...]


def repair_notebook(
    submitted: NotebookNode, *, master: NotebookNode, release: NotebookNode
) -> Repaired:
    """Return a submission with every cell that grading needs, once, in a sensible place.

    Parameters
    ----------
    submitted
        What was handed in; it is not changed. Its outputs are not kept.
    master
        The notebook from which locked cells are restored, hidden tests included: what
        `kit.grading.release.make_gradebook_version` returns.
    release
        What the learner was given, to tell an edited cell from one that was never touched.
    """
    return _Repair(copy.deepcopy(submitted), master, release).run()


class _Repair:
    """The cells of a submission, on their way to the order and the metadata of the master."""

    def __init__(
        self, submitted: NotebookNode, master: NotebookNode, release: NotebookNode
    ) -> None:
        self.notebook = submitted
        self.cells: list[NotebookNode] = list(submitted.cells)
        self.master = master
        self.given = {key: cell for cell in release.cells if (key := _key(cell))}
        self.wanted = {key: cell for cell in master.cells if (key := _key(cell))}
        self.order = list(self.wanted)
        self.number = {id(cell): number for number, cell in enumerate(self.cells, 1)}
        self.missing: set[str] = set()
        self.repairs: list[str] = []

    def run(self) -> Repaired:
        self._set_kernel()
        self._drop_unknown_metadata()
        self._join_copies()
        self._find_unmarked()
        self._restore_known()
        self._put_back_moved()
        self._add_missing()
        self._clear()
        self.notebook.cells = self.cells
        return Repaired(self.notebook, tuple(self.repairs))

    def _say(self, text: str, **values: object) -> None:
        self.repairs.append(text.format(**values))

    def _place(self, cell: NotebookNode) -> int:
        return self.number[id(cell)]

    def _set_kernel(self) -> None:
        wanted = self.master.metadata.get("kernelspec", {})
        found = self.notebook.metadata.get("kernelspec", {})
        if found.get("name") != wanted.get("name"):
            self._say(
                _("The notebook asked for the kernel {found!r}; it was run with {wanted!r}."),
                found=found.get("name"),
                wanted=wanted.get("name", "python3"),
            )
        for name in ("kernelspec", "language_info"):
            self.notebook.metadata.pop(name, None)
            if name in self.master.metadata:
                self.notebook.metadata[name] = copy.deepcopy(self.master.metadata[name])

    def _drop_unknown_metadata(self) -> None:
        for cell in self.cells:
            if "nbgrader" in cell.metadata and grade_id(cell) not in self.wanted:
                del cell.metadata["nbgrader"]

    def _join_copies(self) -> None:
        """Keep one of several cells with the same grade_id; the others become ordinary cells."""
        for key in self.order:
            copies = [cell for cell in self.cells if grade_id(cell) == key]
            if len(copies) < 2:
                continue
            kept = self._choose(key, copies)
            for cell in copies:
                if cell is not kept:
                    del cell.metadata["nbgrader"]
            if cell_kind(self.wanted[key]) == "written" and kept.cell_type == "markdown":
                texts = _different([cell.source for cell in copies], self._stub(key))
                if len(texts) > 1:
                    kept.source = "\n\n".join(texts)
                    self._say(
                        _("The answer {key!r} was there {n} times; the texts were put together."),
                        key=key,
                        n=len(copies),
                    )
                    continue
            self._say(
                _("The cell {key!r} was there {n} times; the one in place {number} was taken."),
                key=key,
                n=len(copies),
                number=self._place(kept),
            )

    def _choose(self, key: str, copies: Sequence[NotebookNode]) -> NotebookNode:
        if is_locked(self.wanted[key]):
            return copies[0]
        answered = [cell for cell in copies if _text(cell.source) != self._stub(key)]
        # The last one that says something is what stands when the notebook has run.
        return (answered or copies)[-1]

    def _stub(self, key: str) -> str:
        return _text(self.given[key].source) if key in self.given else ""

    def _find_unmarked(self) -> None:
        """Find the cells that lost nbgrader's metadata: by their id, their text, or what they define."""
        for key in self.order:
            if self._known(key) is not None:
                continue
            cell = self._by_identity(key) or self._by_text(key) or self._by_definition(key)
            if cell is None:
                continue
            cell.metadata["nbgrader"] = {"grade_id": key}
            self._say(
                _("Cell {number} had lost what marks it as {key!r}; that was put back."),
                number=self._place(cell),
                key=key,
            )
        for key in self.order:
            if self._known(key) is None and not is_locked(self.wanted[key]):
                cell = self._by_neighbours(key)
                if cell is not None:
                    cell.metadata["nbgrader"] = {"grade_id": key}
                    self._say(
                        _("Cell {number} stands where {key!r} was, and was taken for it."),
                        number=self._place(cell),
                        key=key,
                    )

    def _known(self, key: str) -> NotebookNode | None:
        return next((cell for cell in self.cells if grade_id(cell) == key), None)

    def _unmarked(self) -> list[NotebookNode]:
        return [cell for cell in self.cells if "nbgrader" not in cell.metadata]

    def _by_identity(self, key: str) -> NotebookNode | None:
        wanted = self.wanted[key].get("id")
        return _only([cell for cell in self._unmarked() if cell.get("id") == wanted])

    def _by_text(self, key: str) -> NotebookNode | None:
        texts = {_text(self.given[key].source) if key in self.given else None}
        texts.add(_text(self.wanted[key].source))
        same = [cell for cell in self._unmarked() if _text(cell.source) in texts]
        kind = self.wanted[key].cell_type
        # Two answers in words have the same stub, so text alone does not tell which is which.
        alike = [k for k in self.order if self._stub(k) == self._stub(key) and not self._known(k)]
        return _only([cell for cell in same if cell.cell_type == kind]) if len(alike) == 1 else None

    def _by_definition(self, key: str) -> NotebookNode | None:
        if cell_kind(self.wanted[key]) != "answer" or key not in self.given:
            return None
        names = set(_DEFINITION.findall(self.given[key].source))
        if not names:
            return None
        return _only(
            [cell for cell in self._unmarked() if names <= set(_DEFINITION.findall(cell.source))]
        )

    def _by_neighbours(self, key: str) -> NotebookNode | None:
        """Return the one unmarked cell between the neighbours that the cell has in the master.

        Every cell of the master counts as a neighbour, text too, so that only what the learner wrote is left.
        """
        before, after = self._neighbours(key)
        if before is None and after is None:
            return None
        start = _index(self.cells, before) + 1 if before is not None else 0
        stop = _index(self.cells, after) if after is not None else len(self.cells)
        between = [
            cell
            for cell in self.cells[start:stop]
            if "nbgrader" not in cell.metadata
            and cell.cell_type == self.wanted[key].cell_type
            and cell.source.strip()
        ]
        return _only(between)

    def _neighbours(self, key: str) -> tuple[NotebookNode | None, NotebookNode | None]:
        cells = self.master.cells
        place = next(n for n, cell in enumerate(cells) if _key(cell) == key)
        before = next(
            (c for m in reversed(cells[:place]) if (c := self._same(m)) is not None), None
        )
        after = next((c for m in cells[place + 1 :] if (c := self._same(m)) is not None), None)
        return before, after

    def _same(self, master: NotebookNode) -> NotebookNode | None:
        """Return the cell of the submission that is a cell of the master, marked or plain."""
        key = _key(master)
        if key is not None:
            return self._known(key)
        same = [
            cell
            for cell in self._unmarked()
            if cell.cell_type == master.cell_type and _text(cell.source) == _text(master.source)
        ]
        return same[0] if len(same) == 1 and same[0].source.strip() else None

    def _restore_known(self) -> None:
        for key, wanted in self.wanted.items():
            cell = self._known(key)
            if cell is None:
                continue
            if cell.cell_type != wanted.cell_type:
                self._say(
                    _("Cell {number} ({key}) was {found}, and was made {wanted} again."),
                    number=self._place(cell),
                    key=key,
                    found=cell.cell_type,
                    wanted=wanted.cell_type,
                )
                cell.cell_type = wanted.cell_type
                cell.pop("attachments", None)
            if is_locked(wanted):
                self._restore_locked(key, cell, wanted)
            else:
                cell.metadata["nbgrader"] = copy.deepcopy(wanted.metadata["nbgrader"])

    def _restore_locked(self, key: str, cell: NotebookNode, wanted: NotebookNode) -> None:
        given = self.given.get(key, wanted)
        if _text(cell.source) not in (_text(given.source), _text(wanted.source)):
            text = (
                _("The test {key!r} had been changed; the original was used.")
                if cell_kind(wanted) == "test"
                else _("The read-only cell {key!r} had been changed; the original was used.")
            )
            self._say(text, key=key)
        elif len(nbgrader_metadata(cell)) > 1 and _worth(cell) != _worth(given):
            text = _("What the cell {key!r} is worth had been changed; the original was used.")
            self._say(text, key=key)
        cell.source = wanted.source
        # Tags and all: a tag can keep a cell from being executed.
        cell.metadata = copy.deepcopy(wanted.metadata)

    def _put_back_moved(self) -> None:
        """Put a test back behind its answer, and a read-only cell before the first one that needs it.

        Answers stay where the learner put them: one may well be needed by another further up.
        """
        for place, key in enumerate(self.order):
            cell = self._known(key)
            kind = cell_kind(self.wanted[key])
            if cell is None or kind not in ("test", "locked"):
                continue
            here = _index(self.cells, cell)
            if kind == "test":
                answers = [k for k in self.order[:place] if self._is_answer(k)]
                other = self._known(answers[-1]) if answers else None
                wrong = other is not None and here < _index(self.cells, other)
            else:
                users = [
                    k for k in self.order[place + 1 :] if cell_kind(self.wanted[k]) != "locked"
                ]
                other = next((c for k in users if (c := self._known(k)) is not None), None)
                wrong = other is not None and here > _index(self.cells, other)
            if wrong and other is not None:
                del self.cells[here]
                self.cells.insert(_index(self.cells, other) + (kind == "test"), cell)
                self._say(
                    _("The cell {key!r} had been moved and was put back in its place."), key=key
                )

    def _is_answer(self, key: str) -> bool:
        return cell_kind(self.wanted[key]) == "answer" and self._known(key) is not None

    def _insert(self, key: str, cell: NotebookNode) -> None:
        place = self.order.index(key)
        for earlier in reversed(self.order[:place]):
            before = self._known(earlier)
            if before is not None:
                # What the learner wrote below an answer belongs to that answer.
                after = next(
                    (k for k in self.order[place + 1 :] if self._known(k) is not None), None
                )
                self.cells.insert(self._gap(before, after, cell), cell)
                return
        for later in self.order[place + 1 :]:
            behind = self._known(later)
            if behind is not None:
                self.cells.insert(_index(self.cells, behind), cell)
                return
        self.cells.append(cell)

    def _gap(self, before: NotebookNode, after: str | None, cell: NotebookNode) -> int:
        """Return where to insert between two known cells: tests as late as possible, others early."""
        if cell_kind(cell) == "test":
            follower = self._known(after) if after is not None else None
            if follower is not None and _index(self.cells, follower) > _index(self.cells, before):
                return _index(self.cells, follower)
            if follower is None:
                return len(self.cells)
        return _index(self.cells, before) + 1

    def _add_missing(self) -> None:
        for key, wanted in self.wanted.items():
            if self._known(key) is not None:
                continue
            cell = copy.deepcopy(wanted)
            kind = cell_kind(wanted)
            if kind == "answer":
                # The stub raises, and would undo an answer that was written in another cell.
                cell.source = ""
            elif kind == "written":
                cell.source = _("(This cell was missing from what was handed in.)")
            self._insert(key, cell)
            text = {
                "test": _("The test {key!r} was missing and was put back."),
                "answer": _("The answer cell {key!r} was missing."),
                "written": _("The answer cell {key!r} was missing; a mentor looks for the answer."),
            }.get(kind, _("The cell {key!r} was missing and was put back."))
            self._say(text, key=key)

    def _clear(self) -> None:
        """Drop outputs, and give every cell an id of its own: marked cells that of the master."""
        identities = {key: str(cell.get("id")) for key, cell in self.wanted.items()}
        # A key names one cell, so no ordinary cell may have one for its id.
        taken = {*identities.values(), *self.wanted}
        for number, cell in enumerate(self.cells, 1):
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
            else:
                cell.pop("outputs", None)
                cell.pop("execution_count", None)
            key = grade_id(cell)
            if key in identities:
                cell["id"] = identities[key]
                continue
            identity = str(cell.get("id") or f"cell-{number}")
            while identity in taken:
                identity = f"{identity[:56]}-{number}"
            taken.add(identity)
            cell["id"] = identity


def match_names(wanted: dict[str, NotebookNode], found: dict[str, NotebookNode]) -> dict[str, str]:
    """Return which of the notebooks that were handed in stands for which of the assignment.

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
    for name in wanted.keys() - names.keys():
        rest = [other for other in found if other not in names.values() and other not in wanted]
        shared = {other: _shared_cells(wanted[name], found[other]) for other in rest}
        best = max(rest, key=lambda other: shared[other], default=None)
        lost = len(wanted) - len(names)
        if best is not None and (shared[best] or (len(rest) == 1 and lost == 1)):
            names[name] = best
    return names


def _shared_cells(wanted: NotebookNode, found: NotebookNode) -> float:
    """Return how much of an assignment's notebook is in another: its marked cells, else its text."""
    keys = {key for cell in wanted.cells if (key := _key(cell))}
    marked = len(keys & {grade_id(cell) for cell in found.cells})
    if marked:
        return float(marked)
    texts = [_text(cell.source) for cell in wanted.cells]
    others = {_text(cell.source) for cell in found.cells}
    return sum(text in others for text in texts) / (2 * len(texts) or 1)


def _key(cell: NotebookNode) -> str | None:
    return grade_id(cell) if cell_kind(cell) != "plain" else None


def _worth(cell: NotebookNode) -> tuple[object, ...]:
    metadata = nbgrader_metadata(cell)
    return tuple(metadata.get(name) for name in ("grade", "solution", "points"))


def _text(source: str) -> str:
    """Return a text without what editors change by themselves: spaces at line ends, the last newline."""
    return "\n".join(line.rstrip() for line in source.strip().splitlines())


def _index(cells: list[NotebookNode], cell: NotebookNode) -> int:
    # By identity: two cells of a learner may well be equal.
    return next(number for number, other in enumerate(cells) if other is cell)


def _only(cells: list[NotebookNode]) -> NotebookNode | None:
    return cells[0] if len(cells) == 1 else None


def _different(texts: list[str], stub: str) -> list[str]:
    """Return the texts that say something of their own, in their order."""
    kept: list[str] = []
    for text in texts:
        new = _text(text)
        if not new or new == stub or any(new in other for other in kept):
            continue
        kept = [other for other in kept if other not in new] + [new]
    return kept
