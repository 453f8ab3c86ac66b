"""Tidying: what JupyterLab leaves in a file is put right, what a person wrote is not touched."""

import copy

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from kit.authoring.targets import Target
from kit.authoring.tidy import tidy_notebook
from kit.authoring.verify import verify
from kit.cli import main


def test_a_valid_lesson_stays_as_it_is(lesson):
    assert tidy_notebook(lesson) == lesson


def test_the_argument_is_not_changed():
    notebook = new_notebook(cells=[new_markdown_cell("Why?", id="3f2a9c01")])
    before = copy.deepcopy(notebook)
    tidy_notebook(notebook)
    assert notebook == before


def test_tidying_twice_is_tidying_once():
    cells = [new_markdown_cell("Why?", id=f"3f2a9c0{n}") for n in range(3)]
    once = tidy_notebook(new_notebook(cells=cells))
    assert [cell.id for cell in once.cells] == ["why", "why-2", "why-3"]
    assert tidy_notebook(once) == once


@pytest.mark.parametrize(
    ("cell", "identity"),
    [
        (new_markdown_cell("## ¿Cuántas lecturas? *Six*"), "cuantas-lecturas-six"),
        (new_markdown_cell("Look at the figure from left to right."), "look-at-the-figure"),
        (new_code_cell("x = 1\ndef mean_of(values): ..."), "mean-of"),
        (
            new_code_cell("check('make-mean')", metadata={"kit": {"role": "check"}}),
            "check-make-mean",
        ),
        (new_code_cell("# Draw the ends\nplot()"), "draw-the-ends"),
        (new_code_cell(""), "code"),
        (new_markdown_cell("42"), "text"),
    ],
)
def test_an_id_that_was_made_up_becomes_words(cell, identity):
    cell.id = "3f2a9c01"
    assert tidy_notebook(new_notebook(cells=[cell])).cells[0].id == identity


def test_a_cell_that_nbgrader_knows_gets_its_grade_id():
    cell = new_code_cell(
        "assert True", id="3f2a9c01", metadata={"nbgrader": {"grade_id": "test-a"}}
    )
    assert tidy_notebook(new_notebook(cells=[cell])).cells[0].id == "test-a"


def test_a_lesson_that_jupyterlab_ran_and_saved_verifies_again(example, capsys):
    def edit(cells, notebook):
        notebook.metadata.language_info = {
            "name": "python",
            "version": "3.11.2",
            "file_extension": ".py",
        }
        notebook.metadata.widgets = {"application/vnd.jupyter.widget-state+json": {}}
        for number, cell in enumerate(notebook.cells):
            if cell.cell_type == "code":
                cell.execution_count = number
                cell.outputs = [new_output("stream", name="stdout", text="1\n")]
                cell.metadata.execution = {"iopub.execute_input": "2027-01-01T00:00:00Z"}
        cells["why-empty"].id = "0b1c2d3e"

    example.edit(example.lesson, edit)
    assert not verify([Target(example.lesson, "lesson")], static=True).ok
    with pytest.raises(SystemExit) as stop:
        main(["verify", "--static", "--fix", str(example.lesson)])
    assert stop.value.code == 0
    assert f"tidied {example.lesson}" in capsys.readouterr().err
    ids = [cell.id for cell in nbformat.read(example.lesson, as_version=4).cells]
    assert "the-division-fails-because" in ids
