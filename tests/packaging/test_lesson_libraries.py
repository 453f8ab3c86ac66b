"""What a lesson imports is in what its reader was told to install."""

import ast
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import nbformat
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

REPO = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((REPO / "pyproject.toml").read_text())["project"]
NOTEBOOKS = sorted([*REPO.glob("courses/*/*.ipynb"), *REPO.glob("assignments/*/*.ipynb")])
DISTRIBUTIONS = packages_distributions()


def required(*extras):
    """Return the names of the libraries that the base and some extras install."""
    asked = list(PROJECT["dependencies"])
    for extra in extras:
        asked += PROJECT["optional-dependencies"][extra]
    return {canonicalize_name(Requirement(each).name) for each in asked}


def imported(notebook):
    """Return the top names that a notebook imports and that Python does not bring."""
    names = set()
    for cell in nbformat.read(notebook, as_version=4).cells:
        if cell.cell_type != "code":
            continue
        code = "\n".join(
            line for line in cell.source.splitlines() if not line.startswith(("%", "!"))
        )
        for node in ast.walk(ast.parse(code)):
            if isinstance(node, ast.Import):
                names |= {each.name.split(".")[0] for each in node.names}
            elif isinstance(node, ast.ImportFrom):
                names.add(node.module.split(".")[0])
    return names - set(sys.stdlib_module_names) - {"kit"}


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_imports_what_the_lessons_extra_or_the_evaluation_extra_brings(notebook):
    allowed = required("lessons", "ocean") | required("evaluation")
    unknown = {
        name
        for name in imported(notebook)
        if not {canonicalize_name(each) for each in DISTRIBUTIONS.get(name, [])} & allowed
    }
    assert unknown == set()


@pytest.mark.parametrize("course", sorted(REPO.glob("courses/*")), ids=lambda path: path.name)
def test_the_first_lesson_of_a_course_needs_no_torch(course):
    assert "torch" not in imported(sorted(course.glob("*.ipynb"))[0])


def test_the_lessons_extra_brings_no_torch():
    heavy = required("evaluation") - required("lessons", "ocean")
    assert "torch" in heavy
    assert "torch" not in required("lessons", "ocean")
