"""Which libraries a notebook asks for, found without running it."""

import nbformat
import pytest

from kit.kernels.imports import find_imports, preload_for


def notebook(*cells):
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("import a.b as c, d", {"a.b", "d"}),
        ("from a import b", {"a", "a.b"}),
        ("from a import *", {"a"}),
        ("from . import b", set()),
        ("def f():\n    import inside", {"inside"}),
        ("%matplotlib inline\n!pip list\nimport a", {"a"}),
        ("import a\nthis is not python\nfrom b import c", {"a", "b", "b.c"}),
        ("", set()),
    ],
)
def test_imports_are_found_in_what_people_write_in_cells(source, names):
    assert find_imports(source) == names


def test_only_installed_libraries_are_preloaded():
    cells = "import os, json, numpy as np\nimport kit.learn\nimport no_such_library\nfrom sklearn import svm"
    assert preload_for([notebook(cells)]) == ("numpy", "sklearn", "sklearn.svm", "threadpoolctl")


def test_a_light_notebook_does_not_pay_for_a_heavy_one():
    light, heavy = notebook("import numpy"), notebook("import torch")
    assert preload_for([light]) == ("numpy",)
    assert preload_for([light, heavy]) == ("numpy", "torch")


def test_pyplot_comes_with_the_backend_that_notebooks_use():
    assert "matplotlib_inline.backend_inline" in preload_for(
        [notebook("import matplotlib.pyplot as plt")]
    )


def test_names_in_a_module_are_not_taken_for_modules():
    assert preload_for([notebook("from numpy import array, linalg")]) == ("numpy", "numpy.linalg")


def test_a_notebook_that_can_not_be_read_has_no_imports(tmp_path):
    (tmp_path / "broken.ipynb").write_text("no json")
    assert preload_for([tmp_path / "broken.ipynb", tmp_path / "missing.ipynb"]) == ()


def test_a_path_is_read(tmp_path):
    nbformat.write(notebook("import pandas"), tmp_path / "a.ipynb")
    assert preload_for([tmp_path / "a.ipynb"]) == ("pandas",)
