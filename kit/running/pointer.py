"""Notes in a copy of a red notebook that lead its reader to the cells with problems."""

from __future__ import annotations

import copy

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from kit.i18n import gettext as _
from kit.notebooks import cell_key
from kit.running.ledger import NotebookRun

NOTE_TAG = "kit-run-note"


def point_to_problems(run: NotebookRun) -> NotebookNode:
    """Return the executed notebook with a note at its top and one above each cell with a problem.

    The note at the top lists every problem with a link; links go to headings, since those are the only
    anchors that JupyterLab, nbviewer and exported pages all keep.

    Parameters
    ----------
    run
        A run that is red.
    """
    result = copy.deepcopy(run.notebook)
    problems = {
        cell.key: cell.problems for cell in run.ledger.cells if cell.executed or cell.seconds
    }
    problems = {key: found for key, found in problems.items() if found}
    cells: list[NotebookNode] = []
    links: list[str] = []
    for cell in result.cells:
        found = problems.get(cell_key(cell), ()) if cell.cell_type == "code" else ()
        if found:
            number = len(links) + 1
            title = _("Problem {number}").format(number=number)
            anchor = title.replace(" ", "-")
            text = "; ".join(found)
            links.append(f"- [{title}](#{anchor}): `{cell_key(cell)}`: {_escaped(text)}")
            cells.append(_note(f"problem-{number}", f"## {title}\n\n{_escaped(text)}"))
        cells.append(cell)
    heading = _("This run of {name} is red").format(name=run.name)
    places = tuple(f"{cell.place}: " for cell in run.ledger.cells if cell.key in problems)
    others = [f"- {_escaped(line)}" for line in run.ledger.problems if not line.startswith(places)]
    top = _note("problems", "\n".join([f"# {heading}", "", *links, *others]))
    result.cells = [top, *cells]
    return result


def is_note(cell: NotebookNode) -> bool:
    """Say whether a cell is one of these notes."""
    return NOTE_TAG in cell["metadata"].get("tags", [])


def _note(name: str, source: str) -> NotebookNode:
    note = new_markdown_cell(source, metadata={"tags": [NOTE_TAG]})
    note["id"] = f"kit-run-{name}"
    return note


def _escaped(text: str) -> str:
    for character in "\\`*_[]<>$":
        text = text.replace(
            character, "\\" + character if character not in "<>" else f"&#{ord(character)};"
        )
    return text
