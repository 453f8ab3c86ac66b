"""A learner's own check: the visible tests of a notebook, run from top to bottom in a fresh kernel.

Needs the base installation only. The notebook on the disk is not changed. What hidden tests and mentors will
say is not known here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from nbformat import NotebookNode

from kit.errors import KitError
from kit.grading.cells import (
    cell_kind,
    compute_checksum,
    known_cells,
    max_points,
    nbgrader_metadata,
)
from kit.grading.execution import STOPPED
from kit.grading.inside.journey import execute_inside
from kit.grading.submission import parse_submission
from kit.grading.terms import Limits
from kit.grading.verdict import explain_error, judge_test
from kit.i18n import gettext as _
from kit.notebooks import cell_key, grade_id, read_notebook

State = Literal["passed", "failed", "not done", "not run", "hidden", "mentor"]

_HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*\s*$", re.MULTILINE)


@dataclass(frozen=True)
class CheckedCell:
    """What the check says of one graded cell.

    Parameters
    ----------
    key
        Its grade_id.
    kind
        ``"test"`` or ``"written"``.
    title
        The heading above it.
    state
        ``"passed"``, ``"failed"``, ``"not done"`` (the stub is still there), ``"not run"``, ``"hidden"``
        (nothing of the test can be seen) or ``"mentor"`` (a person marks it).
    points
        What it is worth.
    message
        What to look at; empty when there is nothing to say.
    """

    key: str
    kind: Literal["test", "written"]
    title: str
    state: State
    points: float
    message: str = ""


@dataclass(frozen=True)
class Check:
    """What the visible tests of a notebook say.

    Parameters
    ----------
    cells
        One for each graded cell, in order.
    stopped
        Where something other than a test went wrong, one sentence each.
    notes
        What is odd about the notebook itself.
    """

    path: Path
    cells: tuple[CheckedCell, ...]
    stopped: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Say whether every test that can be seen passes."""
        return all(cell.state == "passed" for cell in self.visible)

    @property
    def visible(self) -> tuple[CheckedCell, ...]:
        """The tests that can be seen."""
        return tuple(cell for cell in self.cells if cell.kind == "test" and cell.state != "hidden")


def find_notebook(name: str, *, start: Path) -> Path:
    """Return the notebook that a learner means: a file, a folder with one, or an assignment's name.

    Parameters
    ----------
    name
        What was typed.
    start
        The current folder; an assignment is looked for here and in the folders above.

    Raises
    ------
    KitError
        If there is none, or more than one.
    """
    path = start / name
    if path.is_file():
        return path
    folders = [path]
    for parent in (start, *start.parents):
        folders += [parent / "assignments" / name, parent / name]
    for folder in folders:
        if not folder.is_dir():
            continue
        found = sorted(folder.glob("*.ipynb"))
        own = folder / f"{folder.name}.ipynb"
        if own in found or len(found) == 1:
            return own if own in found else found[0]
        if found:
            raise KitError(
                _("there are several notebooks in this folder"),
                where=folder,
                fix=_("Name one: {names}").format(names=", ".join(item.name for item in found)),
            )
    known = sorted({path.name for parent in (start, *start.parents) for path in _folders(parent)})
    raise KitError(
        _("there is no notebook or assignment {name!r} here").format(name=name),
        where=start,
        fix=_("The assignments are: {names}").format(names=", ".join(known))
        if known
        else _("Give the path of a notebook, such as my-work.ipynb"),
    )


def _folders(parent: Path) -> list[Path]:
    return [path.parent for path in (parent / "assignments").glob("*/*.ipynb")]


def check_notebook(
    path: Path, *, limits: Limits | None = None, warm: bool = True, notebook: str = ""
) -> Check:
    """Run a copy of a notebook from top to bottom and say what its visible tests say.

    Parameters
    ----------
    path
        The notebook; it runs in its own folder, where its data are.
    limits
        Time and memory; the defaults of `Limits` when left out.
    warm
        Use a warm kernel where there is one.
    notebook
        Text of the notebook, when it is not to be read from the file.

    Raises
    ------
    KitError
        If the file is no notebook, or has no graded cells.
    """
    text, mended = _read(path, notebook)
    if not known_cells(text):
        raise KitError(
            _("this notebook has no questions that can be checked"),
            where=path,
            fix=_("Check the notebook of an assignment"),
        )
    notes = [*mended, *_odd_cells(text)]
    # A kernel of someone's own computer is not here; the environment of the kit is.
    text.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    execution = execute_inside(text, cwd=path.absolute().parent, limits=limits, warm=warm)
    cells = []
    stopped = []
    title = path.stem
    seen: set[str] = set()
    for number, cell in enumerate(execution.notebook.cells, 1):
        if cell.cell_type == "markdown":
            headings = _HEADING.findall(cell.source)
            title = headings[-1] if headings else title
        kind = cell_kind(cell)
        key = cell_key(cell)
        if kind in ("test", "written", "task") and key not in seen:
            seen.add(key)
            state, message = _state(cell)
            type_: Literal["test", "written"] = "test" if kind == "test" else "written"
            cells.append(CheckedCell(key, type_, title, state, max_points(cell), message))
        elif kind != "test" and (sentence := _trouble(cell, number)):
            stopped.append(sentence)
    return Check(path, tuple(cells), tuple(stopped), tuple(notes))


def _read(path: Path, text: str) -> tuple[NotebookNode, tuple[str, ...]]:
    if not text:
        try:
            text = path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError):
            # It says what is wrong with the file, and what to do.
            return read_notebook(path), ()
    return parse_submission(text, name=str(path))


def _odd_cells(notebook: NotebookNode) -> list[str]:
    """Say which tests are not as they were given, and which cells are there twice."""
    said = []
    keys = [key for cell in notebook.cells if (key := grade_id(cell))]
    for key, cell in known_cells(notebook).items():
        if keys.count(key) > 1:
            said.append(
                _("The cell {key!r} is there {n} times. Delete the copies.").format(
                    key=key, n=keys.count(key)
                )
            )
        given = nbgrader_metadata(cell).get("checksum")
        if cell_kind(cell) == "test" and given and given != compute_checksum(cell):
            said.append(
                _("The test {key!r} was changed. It is graded as it was given to you.").format(
                    key=key
                )
            )
    return said


def _state(cell: NotebookNode) -> tuple[State, str]:
    if cell_kind(cell) != "test":
        untouched = nbgrader_metadata(cell).get("checksum") == compute_checksum(cell)
        if untouched and cell_kind(cell) == "written":
            return "not done", _("There is no answer here yet.")
        return "mentor", _("A mentor marks this.")
    visible = [line for line in cell.source.split("\n") if line.strip() and line.strip()[0] != "#"]
    if not visible:
        return "hidden", _("This test is not shown. It runs when your work is graded.")
    errors = [output for output in cell.outputs if output.output_type == "error"]
    if any(output.ename in STOPPED for output in errors):
        return "not run", explain_error(errors[0])
    if any(output.ename == "NotImplementedError" for output in errors):
        return "not done", explain_error(errors[0])
    points, message = judge_test(cell, cell)
    return ("passed" if points >= max_points(cell) else "failed"), message


def _trouble(cell: NotebookNode, number: int) -> str:
    """Say what went wrong in a cell that is no test; a stub that nobody has filled in is no trouble."""
    for output in cell.get("outputs", []):
        if output.output_type == "error" and output.ename != "NotImplementedError":
            reason = (
                output.evalue if output.ename in STOPPED else f"{output.ename}: {output.evalue}"
            )
            return _("Cell {number} ({key}) stopped: {reason}").format(
                number=number, key=cell_key(cell), reason=reason
            )
    return ""
