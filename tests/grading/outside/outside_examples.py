"""Small assignments in percent scripts, and what a submission earns with the tests outside.

A script's cells are `setup`, `answer`, `test` (visible), `hidden`, `added` (by the learner) and `wrong`: what
stands in the place of the answer above it in a wrong submission.
"""

import copy
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml
from nbformat.v4 import new_code_cell, new_notebook

from kit.errors import KitError
from kit.grading.cells import known_cells
from kit.grading.grade import make_master
from kit.grading.outside.session import execute_outside
from kit.grading.repair import repair_notebook
from kit.grading.verdict import mark_cells
from kit.sandbox import choose_tier

FIXTURES = Path(__file__).parents[2] / "fixtures" / "outside"


@dataclass(frozen=True)
class Row:
    name: str
    title: str
    supported: bool
    source: object
    answers: dict[str, str]
    wrong: dict[str, str]
    added: tuple[tuple[str, str], ...]


def metadata(key, *, grade=False, solution=False, locked=False):
    found = {
        "grade_id": key,
        "grade": grade,
        "solution": solution,
        "locked": locked,
        "schema_version": 3,
        "task": False,
    }
    return {"nbgrader": found | ({"points": 1} if grade else {})}


@cache
def walls_here():
    """The walls that grading would put up on this machine, or none where it would refuse."""
    try:
        return choose_tier()
    except KitError:
        return None


def read_row(path):
    _, head, body = re.split(r"^# ---$", path.read_text(), maxsplit=2, flags=re.MULTILINE)
    head = yaml.safe_load(
        head.replace("# title: ", "title: >-\n  ").replace("# supported", "supported")
    )
    cells, answers, wrong, added, last = [], {}, {}, [], ""
    for number, part in enumerate(re.split(r"^# %% ", body.strip(), flags=re.MULTILINE)[1:]):
        kind, _, text = part.partition("\n")
        kind, text, key = kind.strip(), text.rstrip(), f"{kind.strip()}-{number}"
        if kind == "wrong":
            wrong[last] = text
        elif kind == "added":
            added.append((last, text))
        elif kind == "answer":
            last = key
            answers[key] = text
            cell = new_code_cell(
                f"### BEGIN SOLUTION\n{text}\n### END SOLUTION",
                metadata=metadata(key, solution=True),
            )
            cells.append(cell)
        elif kind == "setup":
            cells.append(new_code_cell(text, metadata=metadata(key, locked=True)))
        else:
            hidden = f"# Hidden.\n### BEGIN HIDDEN TESTS\n{text}\n### END HIDDEN TESTS"
            cells.append(
                new_code_cell(
                    hidden if kind == "hidden" else text,
                    metadata=metadata(key, grade=True, locked=True),
                )
            )
    source = new_notebook(
        cells=cells,
        metadata={
            "kernelspec": {"name": "python3", "language": "python", "display_name": "Python 3"}
        },
    )
    return Row(
        path.stem, head["title"], bool(head["supported"]), source, answers, wrong, tuple(added)
    )


def submit(row, answers, *, added=True):
    """Return the master, and a notebook as a learner would hand it in."""
    master = make_master(row.source, name=row.name)
    notebook = new_notebook(
        cells=[copy.deepcopy(cell) for cell in master.release.cells],
        metadata=master.release.metadata,
    )
    for key, cell in known_cells(notebook).items():
        if key in answers:
            cell.source = answers[key]
    for after, text in row.added if added else ():
        place = next(
            n
            for n, cell in enumerate(notebook.cells)
            if cell.metadata.get("nbgrader", {}).get("grade_id") == after
        )
        notebook.cells.insert(place + 1, new_code_cell(text))
    return master, notebook


def grade_outside(row, answers, cwd, *, added=True, preload=(), **options):
    """Return the marks of a submission by key, and its execution."""
    master, notebook = submit(row, answers, added=added)
    repaired = repair_notebook(notebook, master=master.full, release=master.release).notebook
    options = {"walls": walls_here(), **options}
    done = execute_outside(repaired, master=master, cwd=cwd, preload=preload, **options)
    marks = mark_cells(master.source, master.release, done.notebook)
    return {mark.key: mark.points for mark in marks if mark.kind == "test"}, done
