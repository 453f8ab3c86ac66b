"""What needs no judgement, put right: outputs, traces of one machine, ids that Jupyter made up.

JupyterLab writes all of these whenever a notebook is run and saved, and has no place to edit an id.
"""

from __future__ import annotations

import ast
import copy
import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path

from nbformat import NotebookNode

from kit.authoring.prose import headings, plain
from kit.authoring.rules.shape import KERNEL, LONGEST_ID, is_readable
from kit.authoring.subject import Cell
from kit.authoring.targets import Target
from kit.errors import KitError
from kit.notebooks import grade_id, read_notebook, write_notebook

WORDS = 4


def tidy_notebook(notebook: NotebookNode) -> NotebookNode:
    """Return a notebook without outputs and traces of one machine, every cell with a readable id.

    A cell that nbgrader knows gets its grade_id. An id that is readable already stays for ever, since
    translations, updates and marks hang on it.

    Parameters
    ----------
    notebook
        The notebook as JupyterLab saved it; it is not changed.

    Examples
    --------
    >>> from nbformat.v4 import new_markdown_cell, new_notebook
    >>> cell = new_markdown_cell("## Why two *numbers*?", id="3f2a9c01")
    >>> tidy_notebook(new_notebook(cells=[cell])).cells[0].id
    'why-two-numbers'
    """
    tidied = copy.deepcopy(notebook)
    tidied.metadata["kernelspec"] = NotebookNode(KERNEL)
    tidied.metadata["language_info"] = NotebookNode(name="python")
    for name in ("widgets", "celltoolbar"):
        tidied.metadata.pop(name, None)
    cells = [Cell(number, node) for number, node in enumerate(tidied.cells, 1)]
    kept = {str(cell.node["id"]) for cell in cells if _wanted_id(cell) == cell.node["id"]}
    for cell in cells:
        if cell.is_code:
            cell.node["outputs"] = []
            cell.node["execution_count"] = None
        for name in ("execution", "collapsed", "scrolled", "ExecuteTime"):
            cell.node["metadata"].pop(name, None)
        wanted = _wanted_id(cell)
        if wanted == cell.node["id"]:
            continue
        identity, number = wanted, 2
        while identity in kept and identity != grade_id(cell.node):
            identity, number = f"{wanted}-{number}", number + 1
        kept.add(identity)
        cell.node["id"] = identity
    return tidied


def tidy_files(targets: Sequence[Target]) -> list[Path]:
    """Tidy the notebooks of lessons and assignments on the disk; return those that changed.

    A file that can not be read is left for verifying to report.
    """
    changed = []
    for target in targets:
        path = target.path
        if target.kind == "assignment":
            path = path / f"{path.resolve().name}.ipynb"
        try:
            notebook = read_notebook(path)
        except KitError:
            continue
        tidied = tidy_notebook(notebook)
        if tidied != notebook:
            write_notebook(tidied, path)
            changed.append(path)
    return changed


def _wanted_id(cell: Cell) -> str:
    """The id a cell should have: its grade_id, its own where that is readable, or one made of words."""
    named = grade_id(cell.node)
    if named is not None:
        return named
    own = str(cell.node["id"])
    return own if is_readable(own) else _id_in_words(cell)


def _id_in_words(cell: Cell) -> str:
    words = _slug(_describe(cell), LONGEST_ID - 14)
    role = cell.role if cell.is_code or not words else None
    return "-".join(part for part in (role, words) if part) or ("code" if cell.is_code else "text")


def _describe(cell: Cell) -> str:
    """The words that a cell begins with: a heading, a sentence, the name of what it defines or asks."""
    if not cell.is_code:
        found = headings(cell.source)
        return found[0].text if found else plain(cell.source)
    for node in cell.tree.body if cell.tree else []:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            return node.name
    for call in cell.calls:
        if call.target and call.name in ("check", "hint", "predict", "quiz", "reveal"):
            return call.target
    comment = re.search(r"(?m)^#+\s*(.+)$", cell.source)
    return comment[1] if comment else cell.source


def _slug(text: str, longest: int) -> str:
    ascii_only = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    words = re.findall(r"[a-z0-9]+", ascii_only.lower())
    while words and words[0].isdigit():
        words.pop(0)  # an id begins with a letter
    slug = "-".join(words[:WORDS])
    return slug[:longest].rstrip("-")
