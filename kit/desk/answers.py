"""What a student answered to a question, as a page of its own for a frame in which nothing can act.

Three things keep it harmless, each alone: it is cleaned (`kit.grading.outputs`), its page forbids scripts,
requests and forms by a Content-Security-Policy, and the frame is a sandbox without scripts. The page around
it holds nothing that a student wrote but plain, escaped text.
"""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import nbformat
from markupsafe import Markup
from nbformat import NotebookNode

from kit.desk.pages import render_frame
from kit.desk.questions import Question
from kit.errors import KitError
from kit.grading.cells import cell_kind
from kit.grading.course import Course
from kit.grading.outputs import render_code, render_outputs
from kit.grading.sanitizer import render_markdown, render_note
from kit.grading.terminal import clean_text, shorten
from kit.i18n import gettext as _
from kit.i18n import ngettext
from kit.notebooks import grade_id

MAX_CELLS = 30
_KEPT = 64
_MAX_BYTES = 50_000_000


class Shelf:
    """The executed notebooks of a course; those that were read last are kept."""

    def __init__(self, course: Course) -> None:
        self.course = course
        self._kept: OrderedDict[Path, tuple[tuple[int, int], NotebookNode]] = OrderedDict()
        self._lock = threading.Lock()

    def read(self, assignment: str, student: str, notebook: str) -> NotebookNode | None:
        """Return a submission as it was executed; None when there is none, or it can not be read."""
        path = self.course.folder("autograded", assignment, student) / f"{notebook}.ipynb"
        try:
            status = path.stat()
        except OSError:
            return None
        stamp = (status.st_mtime_ns, status.st_size)
        with self._lock:
            kept = self._kept.get(path)
            if kept is not None and kept[0] == stamp:
                self._kept.move_to_end(path)
                return kept[1]
        try:
            if status.st_size > _MAX_BYTES:
                return None
            # The grader wrote this file and validated what is in it.
            found = nbformat.from_dict(json.loads(path.read_text(encoding="utf-8")))
            node = nbformat.v4.rwbase.rejoin_lines(found)
            node.cells[:0] = []
        except (OSError, ValueError, KeyError, AttributeError, TypeError, RecursionError):
            return None
        with self._lock:
            self._kept[path] = (stamp, node)
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return node


def find_cells(notebook: NotebookNode, question: Question) -> list[NotebookNode]:
    """Return the cells that answer a question, with the student's own cells around them.

    What stands between the answer and the cell before that the assignment knows belongs to the answer: helper
    functions, plots, text below it.
    """
    cells = list(notebook.cells)
    wanted = set(question.cells) or set(question.marks)
    places = [number for number, cell in enumerate(cells) if grade_id(cell) in wanted]
    if not places:
        return []
    first, last = places[0], places[-1]
    while first > 0 and _is_free(cells[first - 1]):
        first -= 1
    while last + 1 < len(cells) and _is_free(cells[last + 1]):
        last += 1
    # Between two answers of one question nothing is left out but tests, which are told apart.
    return [
        cell
        for cell in cells[first : last + 1]
        if cell_kind(cell) != "test"
        and not (_is_free(cell) and cell.source.strip() in question.given)
    ][:MAX_CELLS]


def _is_free(cell: NotebookNode) -> bool:
    return grade_id(cell) is None or cell_kind(cell) == "plain"


def render_answer(notebook: NotebookNode | None, question: Question) -> str:
    """Return the page that shows an answer."""
    if notebook is None:
        return render_frame(render_note(_("There is no notebook that could be shown.")))
    cells = find_cells(notebook, question)
    if not cells:
        return render_frame(render_note(_("This answer is not in the notebook.")))
    wanted = set(question.cells)
    parts = [
        _render_cell(cell, f"c{n}", own=grade_id(cell) in wanted) for n, cell in enumerate(cells)
    ]
    return render_frame(Markup("\n").join(parts))


def render_notebook(notebook: NotebookNode | None, *, limit: int = 400) -> str:
    """Return the page that shows a whole submission, tests and their outputs included, for mentors."""
    if notebook is None:
        return render_frame(render_note(_("There is no notebook that could be shown.")))
    parts = [
        _render_cell(cell, f"c{n}", own=cell_kind(cell) in ("answer", "written"))
        for n, cell in enumerate(notebook.cells[:limit])
    ]
    more = len(notebook.cells) - limit
    if more > 0:
        text = ngettext("{n} more cell is left out.", "{n} more cells are left out.", more)
        parts.append(render_note(text.format(n=more)))
    return render_frame(Markup("\n").join(parts))


def render_test_output(notebook: NotebookNode | None, keys: Sequence[str]) -> str:
    """Return the page that shows what the tests of a question printed, hidden values included."""
    cells = [cell for cell in (notebook.cells if notebook else []) if grade_id(cell) in keys]
    parts = []
    for number, cell in enumerate(cells):
        outputs = render_outputs(cell.get("outputs", []), f"t{number}")
        if outputs:
            parts.append(Markup("<p><code>{}</code></p>{}").format(grade_id(cell), outputs))
    if not parts:
        parts.append(render_note(_("The tests printed nothing.")))
    return render_frame(Markup("\n").join(parts))


def find_errors(notebook: NotebookNode | None, keys: Sequence[str]) -> dict[str, str]:
    """Return test → the error with which it ended, for mentors: it may hold hidden values."""
    found = {}
    for cell in notebook.cells if notebook else []:
        key = grade_id(cell)
        for output in cell.get("outputs", []) if key in keys else []:
            if isinstance(output, dict) and output.get("output_type") == "error":
                text = f"{output.get('ename')}: {output.get('evalue')}".rstrip(": ")
                found[str(key)] = clean_text(shorten(text, 300))
    return found


def count_words(notebook: NotebookNode | None, question: Question) -> int:
    """Return how many words a written answer has, since many rubrics have a limit."""
    cells = [
        cell for cell in (notebook.cells if notebook else []) if grade_id(cell) == question.key
    ]
    return sum(len(cell.source.split()) for cell in cells)


def _render_cell(cell: NotebookNode, prefix: str, *, own: bool) -> Markup:
    css = "cell own" if own else "cell"
    try:
        if cell.cell_type == "markdown":
            inside: Any = render_markdown(cell.source)
            if own and not cell.source.strip():
                inside = render_note(_("This cell is empty."))
        elif cell.cell_type == "code":
            # Lines are broken in a frame, so nothing has to be scrolled to with the keyboard.
            code = Markup('<pre class="source"><code>{}</code></pre>')
            shown = code.format(render_code(cell.source)) if cell.source.strip() else ""
            inside = Markup("{}{}").format(shown, render_outputs(cell.get("outputs", []), prefix))
        else:
            return Markup("")
    except KitError:
        raise
    except (AttributeError, TypeError, ValueError):
        inside = render_note(_("This cell is damaged and can not be shown."))
    return Markup('<div class="{}">{}</div>').format(css, inside)
