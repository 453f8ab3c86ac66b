"""A lesson on ocean data also runs where there is no copy of them and no network."""

from pathlib import Path

import pytest

from kit.notebooks import read_notebook
from kit.running import run_notebook

REPO = Path(__file__).resolve().parents[2]
LESSONS = [
    path
    for path in sorted((REPO / "courses").glob("*/*.ipynb"))
    if "ocean.open(" in path.read_text(encoding="utf-8")
]


def printed(notebook):
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return "".join(output.text for output in outputs if output.output_type == "stream")


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_it_runs_on_simulated_data_and_says_so(path, monkeypatch):
    monkeypatch.delenv("KIT_DATA_MIRROR", raising=False)
    run = run_notebook(read_notebook(path), name=path.name)
    assert run.ledger.problems == ()
    assert "these are SIMULATED data" in printed(run.notebook)
    assert " checked, " in printed(run.notebook)


def test_there_are_lessons_with_data_of_the_catalogue():
    assert LESSONS
