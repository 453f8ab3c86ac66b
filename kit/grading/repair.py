"""What can be put right in a submission before it is graded, each repair told in one sentence.

A learner's notebook may have lost cells, copies of cells, metadata or its name on the way. Where the intent
is clear, it is put right from the source; what the learner wrote is never changed. Pure functions; which
files belong to a submission is left to `kit.grading.submission`.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Sequence
from dataclasses import dataclass

from nbformat import NotebookNode

from kit.grading.cells import cell_kind, is_locked, nbgrader_metadata
from kit.grading.matching import Matcher, index_of, marked_key, plain_text
from kit.grading.placing import Places
from kit.grading.private import is_private
from kit.i18n import gettext as _
from kit.notebooks import grade_id

# Where a whole notebook lost something, one sentence says it.
MAX_SENTENCES = 3


@dataclass(frozen=True)
class Repaired:
    """A submission that can be executed and marked, and what was put right in it.

    Parameters
    ----------
    repairs
        One sentence each.
    tampering
        Those of them that tell of a test, or of what it is worth, that somebody changed.
    """

    notebook: NotebookNode
    repairs: tuple[str, ...]
    tampering: tuple[str, ...] = ()


def repair_notebook(
    submitted: NotebookNode,
    *,
    master: NotebookNode,
    release: NotebookNode,
    earlier: Sequence[NotebookNode] = (),
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
        What learners are given, to tell an edited cell from one that was never touched.
    earlier
        What they were given before the assignment was changed, the newest first.
    """
    return _Repair(copy.deepcopy(submitted), master, (release, *earlier)).run()


class _Repair:
    """The cells of a submission, on their way to the order and the metadata of the master."""

    def __init__(
        self,
        submitted: NotebookNode,
        master: NotebookNode,
        releases: Sequence[NotebookNode],
    ) -> None:
        self.notebook = submitted
        self.cells: list[NotebookNode] = list(submitted.cells)
        self.master = master
        self.releases = [
            {key: cell for cell in release.cells if (key := marked_key(cell))}
            for release in releases
        ]
        self.wanted = {key: cell for cell in master.cells if (key := marked_key(cell))}
        self.given = {
            key: [given[key] for given in self.releases if key in given] for key in self.wanted
        }
        self.matcher = Matcher(self.cells, master, self.given)
        self.places = Places(self.cells, self.matcher)
        self.order = list(self.wanted)
        self.number = {id(cell): number for number, cell in enumerate(self.cells, 1)}
        self.repairs: list[str] = []
        self.tampering: list[str] = []

    def run(self) -> Repaired:
        self._set_kernel()
        mine = self._find_release()
        self._drop_unknown_metadata()
        self._join_copies()
        self._find_unmarked()
        self._join_halves()
        self._restore_known()
        for key in self.places.put_back_moved():
            self._say(_("The cell {key!r} had been moved and was put back in its place."), key=key)
        self._add_missing(mine)
        self._clear()
        self.notebook.cells = self.cells
        return Repaired(self.notebook, tuple(self.repairs), tuple(self.tampering))

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

    def _find_release(self) -> dict[str, NotebookNode]:
        """Return the cells of the release that this submission was made from: the one that it is most like."""
        marked = {key: cell for cell in self.cells if (key := grade_id(cell))}

        def likeness(given: dict[str, NotebookNode]) -> int:
            same = sum(
                plain_text(marked[key].source) == plain_text(cell.source)
                for key, cell in given.items()
                if key in marked and is_locked(cell)
            )
            return same - len(given.keys() ^ marked.keys())

        # The first of equals is the newest.
        return max(self.releases, key=likeness)

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
                texts = _different([cell.source for cell in copies], self.matcher.stubs(key))
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
        stubs = self.matcher.stubs(key)
        answered = [cell for cell in copies if plain_text(cell.source) not in stubs]
        # The last one that says something is what stands when the notebook has run.
        return (answered or copies)[-1]

    def _find_unmarked(self) -> None:
        """Find the cells that lost nbgrader's metadata: by their id, their text, or what they define."""
        found: dict[str, NotebookNode] = {}
        for key in self.order:
            if self.matcher.known(key) is None and (cell := self.matcher.find(key)) is not None:
                cell.metadata["nbgrader"] = {"grade_id": key}
                found[key] = cell
        if len(found) > MAX_SENTENCES:
            self._say(_("{n} cells had lost what marks them; that was put back."), n=len(found))
        else:
            for key, cell in found.items():
                self._say(
                    _("Cell {number} had lost what marks it as {key!r}; that was put back."),
                    number=self._place(cell),
                    key=key,
                )
        for key in self.order:
            if self.matcher.known(key) is None and not is_locked(self.wanted[key]):
                cell = self.matcher.find_by_place(key)
                if cell is not None:
                    cell.metadata["nbgrader"] = {"grade_id": key}
                    self._say(
                        _("Cell {number} stands where {key!r} was, and was taken for it."),
                        number=self._place(cell),
                        key=key,
                    )

    def _join_halves(self) -> None:
        """Join the parts of an answer in code that was split where neither part is Python by itself."""
        for key, wanted in self.wanted.items():
            cell = self.matcher.known(key)
            if cell is None or cell_kind(wanted) != "answer" or _is_python(cell.source):
                continue
            here = index_of(self.cells, cell)
            # Copies that were passed over are unmarked by now, before the answer or behind it.
            for start, stop in ((here, here + 2), (here - 1, here + 1), (here, here + 3)):
                parts = self.cells[max(0, start) : stop]
                rest = [part for part in parts if part is not cell]
                joined = "\n".join(part.source for part in parts)
                if (
                    rest
                    and all(
                        part.cell_type == "code" and "nbgrader" not in part.metadata
                        for part in rest
                    )
                    and _is_python(joined)
                ):
                    cell.source = joined
                    self.cells[:] = [
                        other for other in self.cells if not any(other is part for part in rest)
                    ]
                    self._say(
                        _("The answer {key!r} had been split; its parts were put together."),
                        key=key,
                    )
                    break

    def _restore_known(self) -> None:
        for key, wanted in self.wanted.items():
            cell = self.matcher.known(key)
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
        given = {*self.matcher.stubs(key), plain_text(wanted.source)}
        worth = {_worth(one) for one in (*self.given.get(key, ()), wanted)}
        is_test = cell_kind(wanted) == "test"
        if plain_text(cell.source) not in given:
            text = (
                _("The test {key!r} had been changed; the original was used.")
                if is_test
                else _("The read-only cell {key!r} had been changed; the original was used.")
            )
            self._say(text, key=key)
            self.tampering += self.repairs[-1:] if is_test else []
        elif len(nbgrader_metadata(cell)) > 1 and _worth(cell) not in worth:
            text = _("What the cell {key!r} is worth had been changed; the original was used.")
            self._say(text, key=key)
            self.tampering += self.repairs[-1:]
        cell.source = wanted.source
        # Tags and all: a tag can keep a cell from being executed.
        cell.metadata = copy.deepcopy(wanted.metadata)

    def _add_missing(self, mine: dict[str, NotebookNode]) -> None:
        for key, wanted in self.wanted.items():
            if self.matcher.known(key) is not None:
                continue
            cell = copy.deepcopy(wanted)
            kind = cell_kind(wanted)
            if kind == "answer":
                # The stub raises, and would undo an answer that was written in another cell.
                cell.source = ""
            elif kind == "written":
                cell.source = _("(This cell was missing from what was handed in.)")
            self.places.insert(key, cell)
            if is_private(wanted):
                continue
            if key not in mine:
                text = _("{key!r} came into the assignment after it was handed out.")
                self._say(text, key=key)
                continue
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


def _worth(cell: NotebookNode) -> tuple[object, ...]:
    metadata = nbgrader_metadata(cell)
    return tuple(metadata.get(name) for name in ("grade", "solution", "points"))


def _is_python(text: str) -> bool:
    try:
        ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _different(texts: list[str], stubs: set[str]) -> list[str]:
    """Return the texts that say something of their own, in their order."""
    kept: list[str] = []
    for text in texts:
        new = plain_text(text)
        if not new or new in stubs or any(new in other for other in kept):
            continue
        kept = [other for other in kept if other not in new] + [new]
    return kept
