"""A small clone with one course and one assignment, as `kit.workspace` meets it."""

import sys
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from kit.notebooks import write_notebook

# pytest's importlib mode leaves sys.path alone, and helper modules are imported by name.
sys.path.append(str(Path(__file__).parents[1] / "grading"))

ASSIGNMENT_CELL = {
    "cell_type": "code",
    "grade": False,
    "grade_id": "answer",
    "locked": False,
    "schema_version": 3,
    "solution": True,
    "task": False,
}


def lesson(text="Read this.", number=1):
    """A lesson with one text cell and one exercise."""
    return new_notebook(
        metadata={"lesson": {"id": "first/01-one", "title": "One & only", "version": "source"}},
        cells=[
            new_markdown_cell(f"# One\n\n{text}", id="title", metadata={"kit": {"role": "title"}}),
            new_code_cell(
                f"def f():\n    ### BEGIN SOLUTION\n    return {number}\n    ### END SOLUTION",
                id="make-f",
                metadata={"kit": {"role": "exercise"}},
            ),
        ],
    )


@pytest.fixture
def clone(tmp_path):
    """A folder that looks like a clone of the repository."""
    root = tmp_path / "clone"
    course, assignment = root / "courses" / "first", root / "assignments" / "practice"
    write_notebook(lesson(), course / "01-one.ipynb")
    (course / "course.yaml").write_text(
        "title: First\nsummary: A start.\norder: [01-one]\nminutes: {01-one: 9}\n"
    )
    (course / "map.txt").write_text("here be data\n")
    answer = new_code_cell(
        "### BEGIN SOLUTION\nsecret = 1\n### END SOLUTION",
        id="answer",
        metadata={"nbgrader": ASSIGNMENT_CELL},
    )
    write_notebook(new_notebook(cells=[answer]), assignment / "practice.ipynb")
    (assignment / "assignment.yaml").write_text("title: Practice\nminutes: 5\n")
    (assignment / "rubric.md").write_text("full marks for: secret\n")
    (assignment / "wrong").mkdir()
    (assignment / "wrong" / "none.py").write_text("secret = 2\n")
    (root / "pyproject.toml").write_text('[project]\nname = "bitacora-kit"\n')
    return root
