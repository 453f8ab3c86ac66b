"""The made-up class: what `class.yaml` declares, and the files that each intern hands in.

Pure but for reading the class and the assignments. Handing in, grading and comparing is left to `run.py`.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import nbformat
import yaml
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from kit.desk.rubric import read_rubric
from kit.grading.answers import Answers, fill_answers, load_answers, reference_answers
from kit.grading.assignment import Assignment
from kit.grading.cells import cell_kind, max_points
from kit.grading.release import make_release_version
from kit.notebooks import grade_id

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Work:
    """What one intern hands in for one assignment, and the mark declared for it."""

    assignment: str
    answer: tuple[str, ...]
    only: tuple[str, ...]
    words: int | None
    damage: str | None
    at: datetime
    mark: float
    failed: bool


@dataclass(frozen=True)
class Intern:
    """One made-up intern."""

    id: str
    name: str
    site: str
    works: tuple[Work, ...]


@dataclass(frozen=True)
class Classroom:
    """The class: its course settings as they go into kit.yaml, and its interns."""

    course: dict[str, object]
    interns: tuple[Intern, ...]

    @property
    def assignments(self) -> tuple[str, ...]:
        """The names of the assignments, in the order in which they are due."""
        return tuple(self.course["assignments"])


def load_class(path: Path = HERE / "class.yaml") -> Classroom:
    """Read the class from its file."""
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    zone = ZoneInfo(data["course"]["timezone"])
    due = {
        name: datetime.fromisoformat(policy["due"]).replace(tzinfo=zone)
        for name, policy in data["assignments"].items()
    }
    interns = []
    for entry in data["interns"]:
        site = ZoneInfo(data["sites"][entry["site"]])
        works = tuple(
            _read_work(name, entry[name], due[name], site) for name in data["assignments"]
        )
        interns.append(Intern(entry["id"], entry["name"], entry["site"], works))
    return Classroom({**data["course"], "assignments": data["assignments"]}, tuple(interns))


def _read_work(assignment: str, entry: dict[str, object], due: datetime, site: ZoneInfo) -> Work:
    answer = entry["answer"]
    at = datetime.fromisoformat(str(entry["at"])).replace(tzinfo=site) if "at" in entry else None
    return Work(
        assignment=assignment,
        answer=(answer,) if isinstance(answer, str) else tuple(answer),  # type: ignore[arg-type]
        only=tuple(entry.get("only", ())),  # type: ignore[arg-type]
        words=entry.get("words"),  # type: ignore[arg-type]
        damage=entry.get("damage"),  # type: ignore[arg-type]
        at=at or due - timedelta(hours=1),
        mark=float(entry["mark"]),  # type: ignore[arg-type]
        failed=bool(entry.get("failed", False)),
    )


def make_files(work: Work, assignment: Assignment) -> dict[str, bytes]:
    """Return the files that an intern hands in: name → content."""
    filled = fill_answers(
        make_release_version(assignment.source), _choose_answers(work, assignment)
    )
    name = f"{assignment.slug}.ipynb"
    if work.damage is None:
        return {name: _write(filled)}
    return DAMAGES[work.damage](filled, name)


def _choose_answers(work: Work, assignment: Assignment) -> Answers:
    reference = reference_answers(assignment.source)
    if work.answer == ("nothing",):
        return Answers("nothing")
    chosen = reference
    if work.answer != ("right",):
        for wrong in work.answer:
            chosen = load_answers(
                assignment.folder / "wrong" / f"{wrong}.py", assignment.source
            ).over(chosen)
    if work.words is not None:
        chosen = Answers("", _written_answers(work.words, assignment)).over(chosen)
    if work.only:
        chosen = Answers(chosen.title, {key: chosen.cells[key] for key in work.only})
    return Answers(chosen.title, chosen.cells)


def _written_answers(level: int, assignment: Assignment) -> dict[str, str]:
    """Return key → text for the written answers: the example that the rubric gives for a level."""
    rubric = (assignment.folder / "rubric.md").read_text(encoding="utf-8")
    texts = {}
    for cell in assignment.source.cells:
        if cell_kind(cell) == "written" and max_points(cell) > 0:
            key = str(grade_id(cell))
            levels = read_rubric(rubric, key, max_points(cell)).levels
            texts[key] = levels[level].example.strip('"“”')
    return texts


def _write(notebook: NotebookNode) -> bytes:
    return nbformat.writes(notebook, version=4).encode()


def _find(notebook: NotebookNode, kind: str) -> int:
    return next(n for n, cell in enumerate(notebook.cells) if cell_kind(cell) == kind)


def copy_test(notebook: NotebookNode, name: str) -> dict[str, bytes]:
    """Copy a test cell with its metadata, as copy and paste in JupyterLab does."""
    return _copy_cell(notebook, name, "test")


def copy_answer(notebook: NotebookNode, name: str) -> dict[str, bytes]:
    """Copy an answer cell, as people do to keep an earlier try."""
    return _copy_cell(notebook, name, "answer")


def _copy_cell(notebook: NotebookNode, name: str, kind: str) -> dict[str, bytes]:
    damaged = copy.deepcopy(notebook)
    place = _find(damaged, kind)
    copied = copy.deepcopy(damaged.cells[place])
    copied["id"] = "copied"
    damaged.cells.insert(place + 1, copied)
    return {name: _write(damaged)}


def delete_test(notebook: NotebookNode, name: str) -> dict[str, bytes]:
    """Delete the first test cell."""
    damaged = copy.deepcopy(notebook)
    del damaged.cells[_find(damaged, "test")]
    return {name: _write(damaged)}


def edit_test(notebook: NotebookNode, name: str) -> dict[str, bytes]:
    """Make the first test pass whatever the answer is, and claim 100 points for it."""
    damaged = copy.deepcopy(notebook)
    test = damaged.cells[_find(damaged, "test")]
    test.source = "assert True"
    test.metadata.nbgrader.points = 100
    return {name: _write(damaged)}


def strip_metadata(notebook: NotebookNode, name: str) -> dict[str, bytes]:
    """Take the metadata off all cells, as some editors and converters do."""
    damaged = copy.deepcopy(notebook)
    for cell in damaged.cells:
        cell.metadata = nbformat.NotebookNode()
    return {name: _write(damaged)}


def repeat_ids(notebook: NotebookNode, name: str) -> dict[str, bytes]:
    """Give a new cell the id of another one, as merging two copies of a file does."""
    data = json.loads(_write(notebook))
    note = dict(new_markdown_cell("My notes."))
    data["cells"].append({**note, "id": data["cells"][0]["id"]})
    return {name: json.dumps(data).encode()}


def break_json(notebook: NotebookNode, name: str) -> dict[str, bytes]:
    """Cut the file short, as a disk that is full does."""
    text = _write(notebook)
    return {name: text[: len(text) // 2]}


def age_format(notebook: NotebookNode, name: str) -> dict[str, bytes]:
    """Write the notebook in format 2, which the IPython of 2012 wrote."""
    cells = [
        {
            "cell_type": "code",
            "input": cell.source,
            "language": "python",
            "outputs": [],
            "collapsed": False,
        }
        for cell in notebook.cells
        if cell.cell_type == "code"
    ]
    old = {"nbformat": 2, "metadata": {"name": name}, "worksheets": [{"cells": cells}]}
    return {name: json.dumps(old).encode()}


def empty_file(_notebook: NotebookNode, name: str) -> dict[str, bytes]:
    """Leave nothing in the file."""
    return {name: b""}


def leave_out(_notebook: NotebookNode, _name: str) -> dict[str, bytes]:
    """Hand in notes and no notebook at all."""
    return {"notes.txt": b"My notebook is on the other laptop.\n"}


def rename_file(notebook: NotebookNode, name: str) -> dict[str, bytes]:
    """Call the notebook as a browser calls the second download of a file."""
    return {name.replace(".ipynb", " (1).ipynb"): _write(notebook)}


DAMAGES: dict[str, Callable[[NotebookNode, str], dict[str, bytes]]] = {
    "copied-test": copy_test,
    "copied-answer": copy_answer,
    "deleted-test": delete_test,
    "edited-test": edit_test,
    "stripped-metadata": strip_metadata,
    "duplicate-ids": repeat_ids,
    "not-json": break_json,
    "nbformat-2": age_format,
    "empty-file": empty_file,
    "no-notebook": leave_out,
    "renamed-file": rename_file,
}
