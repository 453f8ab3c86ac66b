"""The published attacks: read from the files of the collection, and made into notebooks as handed in.

A file is a percent script. Its head gives the title, and `change` if something is done to the notebook that no
cell can say. Its cells stand in the place of answers (`double`), of tests (`test-double-hidden`) or of the
set-up, or are added: `first`, `added` (behind the set-up), `last`, `markdown`.

Words between @ stand for what only a run knows: the course, the mentor's home, ports, a process.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from arena import ANSWERS, WRONG, make_handed_in
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

COLLECTION = Path(__file__).parent / "collection"
#: In the order of the page.
CLASSES = ("forging", "reading", "hurting", "leaving", "pages")
_HTML = "<script>document.title='pwned'</script><img src=x onerror=document.title='pwned'>"


@dataclass(frozen=True)
class Attack:
    """One attack of the collection."""

    kind: str
    name: str
    title: str
    change: str
    cells: tuple[tuple[str, str], ...]

    @property
    def student(self) -> str:
        """Whose submission it is in a class."""
        return f"{self.kind}-{self.name}"


def read_attack(path: Path) -> Attack:
    """Read one file of the collection."""
    head, _, body = path.read_text(encoding="utf-8").removeprefix("# ---\n").partition("# ---\n")
    facts = dict(re.findall(r"^# (\w+): (.*)$", head, flags=re.MULTILINE))
    parts = re.split(r"^# %% ", body, flags=re.MULTILINE)[1:]
    cells = tuple((part.partition("\n")[0], part.partition("\n")[2].rstrip()) for part in parts)
    assert set(facts) <= {"title", "change"} and facts["title"].endswith("."), path
    return Attack(path.parent.name, path.stem, facts["title"], facts.get("change", ""), cells)


ATTACKS = tuple(
    read_attack(path) for kind in CLASSES for path in sorted((COLLECTION / kind).glob("*.py"))
)


def make_attack(attack: Attack, places: Mapping[str, str]) -> NotebookNode:
    """Return the notebook that is handed in: wrong work, and the lines of the attack."""
    answers = {**ANSWERS, **WRONG}
    added: list[tuple[str, NotebookNode]] = []
    replaced = {}
    for place, text in attack.cells:
        source = fill_places(text, places)
        if place in answers:
            answers[place] = source
        elif place == "markdown":
            added.append((place, new_markdown_cell(source)))
        elif place in ("first", "added", "last"):
            added.append((place, new_code_cell(source)))
        else:
            replaced[place] = source
    notebook = make_handed_in(answers)
    by_id = {cell.id: cell for cell in notebook.cells}
    for key, source in replaced.items():
        by_id[key].source = source
    behind = 2
    for number, (place, cell) in enumerate(added):
        cell["id"] = f"added-{number}"
        if place == "first":
            notebook.cells.insert(0, cell)
            behind += 1
        elif place == "added":
            notebook.cells.insert(behind, cell)
            behind += 1
        else:
            notebook.cells.append(cell)
    return CHANGES[attack.change](notebook) if attack.change else notebook


def fill_places(text: str, places: Mapping[str, str]) -> str:
    """Return a text with its words between @ replaced."""
    return re.sub(r"@([A-Z]+)@", lambda match: places[match[1]], text)


# -- what no cell can say ------------------------------------------------------------------------------


def _tests(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade")]


def _answers(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("solution")]


def _add_test(notebook: NotebookNode) -> NotebookNode:
    facts = {"grade": True, "solution": False, "locked": True, "schema_version": 3, "task": False}
    notebook.cells[2].metadata["nbgrader"] = facts | {"grade_id": "mine", "points": 100}
    return notebook


def _make_answers_tests(notebook: NotebookNode) -> NotebookNode:
    for cell in _answers(notebook):
        cell.metadata.nbgrader.update(grade=True, solution=False, points=50)
    return notebook


def _multiply_points(notebook: NotebookNode) -> NotebookNode:
    for cell in _tests(notebook):
        cell.metadata.nbgrader.points *= 1000
    return notebook


def _delete_tests(notebook: NotebookNode) -> NotebookNode:
    tests = _tests(notebook)
    notebook.cells = [cell for cell in notebook.cells if cell not in tests]
    return notebook


def _double_tests(notebook: NotebookNode) -> NotebookNode:
    cells = []
    for cell in notebook.cells:
        cells.append(cell)
        if cell in _tests(notebook):
            twin = copy.deepcopy(cell)
            twin.source, twin["id"] = "pass", f"{cell.id}-twin"
            cells.append(twin)
    notebook.cells = cells
    return notebook


def _turn_tests_into_text(notebook: NotebookNode) -> NotebookNode:
    for number, cell in enumerate(notebook.cells):
        if cell.metadata.get("nbgrader", {}).get("grade"):
            text = new_markdown_cell(cell.source, metadata=cell.metadata)
            text["id"] = cell.id
            notebook.cells[number] = text
    return notebook


def _put_tests_first(notebook: NotebookNode) -> NotebookNode:
    tests = _tests(notebook)
    notebook.cells = [*tests, *(cell for cell in notebook.cells if cell not in tests)]
    return notebook


def _add_outputs(notebook: NotebookNode) -> NotebookNode:
    for cell in _tests(notebook):
        points = cell.metadata.nbgrader.points
        cell.execution_count = 1
        cell.outputs = [
            new_output("execute_result", {"text/plain": f"{points:.1f}"}, execution_count=1),
            new_output("stream", name="stdout", text="All tests passed!"),
        ]
    return notebook


def _add_skip_tags(notebook: NotebookNode) -> NotebookNode:
    for cell in _tests(notebook):
        cell.metadata["tags"] = ["skip-execution", "raises-exception", "remove-cell", "parameters"]
    return notebook


def _swap_ids(notebook: NotebookNode) -> NotebookNode:
    for cell, other in zip(_answers(notebook), _tests(notebook), strict=False):
        mine, theirs = cell.metadata.nbgrader, other.metadata.nbgrader
        mine.grade_id, theirs.grade_id = theirs.grade_id, mine.grade_id
    return notebook


def _put_script_into_metadata(notebook: NotebookNode) -> NotebookNode:
    notebook.metadata["title"] = notebook.metadata["authors"] = _HTML
    notebook.metadata.kernelspec["display_name"] = _HTML
    for cell in notebook.cells:
        cell.metadata.update(name=_HTML, tags=[_HTML], collapsed=_HTML)
    return notebook


def _put_script_into_attachments(notebook: NotebookNode) -> NotebookNode:
    notebook.cells[-1]["attachments"] = {
        "x.html": {"text/html": _HTML},
        "y.svg": {"image/svg+xml": f"<svg onload=\"document.title='pwned'\">{_HTML}</svg>"},
    }
    return notebook


CHANGES = {
    "added-test": _add_test,
    "answers-are-tests": _make_answers_tests,
    "thousandfold": _multiply_points,
    "without-tests": _delete_tests,
    "doubled-tests": _double_tests,
    "tests-as-markdown": _turn_tests_into_text,
    "tests-first": _put_tests_first,
    "outputs": _add_outputs,
    "skip-tags": _add_skip_tags,
    "swapped-ids": _swap_ids,
    "script-in-metadata": _put_script_into_metadata,
    "script-in-attachments": _put_script_into_attachments,
}
