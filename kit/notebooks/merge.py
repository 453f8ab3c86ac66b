"""Bring an author's corrections into a notebook that somebody has worked in.

A three-way merge, cell by cell: the version the learner got (base), what the learner made of it (theirs)
and the corrected version (new). Cells are matched by their key, so text may change and cells may move.
Pure functions; where the three versions are kept is left to `kit.workspace`.
"""

from __future__ import annotations

import copy
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import nbformat
from nbformat import NotebookNode

from kit.i18n import gettext as _
from kit.notebooks.cells import cell_key


@dataclass(frozen=True)
class Merged:
    """The result of a merge.

    Parameters
    ----------
    notebook
        The learner's notebook with the author's changes.
    changed
        Keys of cells that now read as the author wrote them.
    added
        Keys of cells that are new.
    removed
        Keys of cells that the author took out and the learner had not touched.
    conflicts
        Keys of cells that both had changed: the learner's cell stays, and the author's new version
        stands after it as text.
    """

    notebook: NotebookNode
    changed: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()

    @property
    def is_changed(self) -> bool:
        """Say whether the author's changes made any difference to the cells."""
        return bool(self.changed or self.added or self.removed or self.conflicts)


@dataclass
class _Tally:
    changed: list[str] = field(default_factory=list)
    added: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)


def merge_notebooks(base: NotebookNode, theirs: NotebookNode, new: NotebookNode) -> Merged:
    """Merge the author's changes from ``base`` to ``new`` into ``theirs``.

    What the learner wrote is never lost: a cell they changed or added stays as it is. Where the author
    changed the same cell, the author's version follows it as a text cell, which can not overwrite an
    answer when it is run. A cell that the learner deleted stays deleted unless the author changed it.
    Outputs stay with the cells whose code did not change. Merging twice gives the same as merging once.

    Parameters
    ----------
    base
        The version that the learner got.
    theirs
        The learner's file; copies of cells in it (two cells with one key) are all kept.
    new
        The version with the author's changes.
    """
    old, mine, fresh = _by_key(base), _by_key(theirs), _by_key(new)
    tally = _Tally()
    kept: dict[str, NotebookNode] = {}
    for key in [*mine, *(key for key in fresh if key not in mine)]:
        cell = _merge_cell(key, old.get(key), mine.get(key), fresh.get(key), tally)
        if cell is not None:
            kept[key] = cell
    cells: list[NotebookNode] = []
    present = {cell["id"] for cell in kept.values()}
    for key in _order(list(old), list(mine), list(fresh)):
        if key not in kept:
            continue
        cells.append(kept[key])
        if key in tally.conflicts:
            note = _author_version(fresh[key], key)
            if note["id"] not in present:
                cells.append(note)
    result = copy.deepcopy(theirs)
    result.metadata = _merge_metadata(base.metadata, theirs.metadata, new.metadata, authors=())
    result.cells = _with_unique_ids(cells)
    return Merged(
        result,
        tuple(tally.changed),
        tuple(tally.added),
        tuple(tally.removed),
        tuple(tally.conflicts),
    )


def _by_key(notebook: NotebookNode) -> dict[str, NotebookNode]:
    """Return the cells by key, in order; a copy of a cell gets a key of its own."""
    # JupyterLab copies a cell with its metadata, grade_id included. The original still has its own id.
    originals: dict[str, str] = {}
    for cell in notebook.cells:
        key = cell_key(cell)
        if key not in originals or cell["id"] == key:
            originals[key] = cell["id"]
    return {
        key if originals[key] == cell["id"] else f"{key} copied to {cell['id']}": cell
        for cell in notebook.cells
        for key in [cell_key(cell)]
    }


def _content(cell: NotebookNode) -> tuple[Any, ...]:
    return (
        cell["cell_type"],
        cell["source"],
        json.dumps(cell.get("attachments", {}), sort_keys=True),
    )


def _merge_cell(
    key: str,
    old: NotebookNode | None,
    mine: NotebookNode | None,
    fresh: NotebookNode | None,
    tally: _Tally,
) -> NotebookNode | None:
    before = None if old is None else _content(old)
    if mine is None:
        assert fresh is not None
        if before == _content(fresh):
            return None
        tally.added.append(key)
        return copy.deepcopy(fresh)
    if fresh is None:
        # A cell that carries the key under another id is the learner's copy of a cell that is gone.
        if old is not None and before == _content(mine) and old["id"] == mine["id"]:
            tally.removed.append(key)
            return None
        return copy.deepcopy(mine)
    if _content(mine) == before != _content(fresh):
        tally.changed.append(key)
        result = copy.deepcopy(fresh)
    else:
        if before != _content(fresh) != _content(mine):
            tally.conflicts.append(key)
        result = copy.deepcopy(mine)
    metadata = {} if old is None else old.metadata
    result.metadata = _merge_metadata(
        metadata, mine.metadata, fresh.metadata, authors=("kit", "nbgrader")
    )
    return result


def _merge_metadata(
    base: Mapping[str, Any],
    theirs: Mapping[str, Any],
    new: Mapping[str, Any],
    *,
    authors: Sequence[str],
) -> NotebookNode:
    """Merge metadata name by name; where both changed it, the names in ``authors`` follow the author."""
    missing = object()
    result = {}
    for name in [*theirs, *(name for name in new if name not in theirs)]:
        old, mine, fresh = (each.get(name, missing) for each in (base, theirs, new))
        follow = fresh != old and (mine == old or name in authors or mine is missing)
        value = fresh if follow else mine
        if value is not missing:
            result[name] = copy.deepcopy(value)
    return nbformat.from_dict(result)


def _order(old: list[str], mine: list[str], fresh: list[str]) -> list[str]:
    """Return all keys in the learner's order, or in the author's if the author moved cells."""
    moved = [key for key in old if key in fresh] != [key for key in fresh if key in old]
    skeleton, other = (fresh, mine) if moved else (mine, fresh)
    result = list(skeleton)
    previous: str | None = None
    for key in other:
        if key not in result:
            result.insert(0 if previous is None else result.index(previous) + 1, key)
        previous = key
    return result


def _author_version(cell: NotebookNode, key: str) -> NotebookNode:
    """Return a text cell with the author's version, which has the same id each time it is made."""
    note = _(
        "The authors changed the cell above. You changed it too, so yours stays. This is their version:"
    )
    body = cell["source"]
    if cell["cell_type"] != "markdown":
        fence = "`" * max(3, *(len(run) + 1 for run in re.findall(r"`+", body)), 3)
        language = "python" if cell["cell_type"] == "code" else ""
        body = f"{fence}{language}\n{body}\n{fence}"
    digest = hashlib.sha256(json.dumps([key, *_content(cell)]).encode()).hexdigest()[:8]
    stem = re.sub(r"[^a-zA-Z0-9_-]", "-", key)[:48]
    result = nbformat.v4.new_markdown_cell(
        f"> **{note}**\n\n{body}",
        id=f"{stem}-new-{digest}",
        metadata={"kit": {"role": "text", "update_of": key}},
    )
    if "attachments" in cell:
        result["attachments"] = copy.deepcopy(cell["attachments"])
    return result


def _with_unique_ids(cells: Sequence[NotebookNode]) -> list[NotebookNode]:
    """Give a new id to a cell whose id stands before it, as when a learner's cell got an author's id."""
    taken: set[str] = set()
    result = []
    for cell in cells:
        identity, number = cell["id"], 1
        while identity in taken:
            number += 1
            identity = f"{cell['id'][:58]}-{number}"
        taken.add(identity)
        result.append(nbformat.from_dict({**cell, "id": identity}))
    return result
