"""What is read from the source of a notebook."""

import copy

from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from kit.running.sources import (
    describe_seeds,
    hash_sources,
    imported_libraries,
    parse_cells,
    seed_arguments,
)


def notebook_of(*sources):
    return new_notebook(cells=[new_code_cell(source) for source in sources])


def test_libraries_are_found_beside_magics_and_broken_cells():
    trees = parse_cells(
        notebook_of(
            "%matplotlib inline\nimport numpy as np",
            "def (",
            "!ls\nfrom scipy.stats import norm\nimport os",
        )
    )
    assert imported_libraries(trees) == ["numpy", "scipy"]


def test_a_name_is_replaced_by_the_value_it_had():
    trees = parse_cells(
        notebook_of("rng = default_rng(SEED)", "torch.manual_seed(3)", "random.seed()")
    )
    found = seed_arguments(trees)
    assert describe_seeds(found, {"SEED": 2026}) == ("default_rng(2026)", "manual_seed(3)")
    assert describe_seeds(found, {}) == ("manual_seed(3)",)


def test_the_name_of_a_lesson_is_not_taken_for_its_seed():
    trees = parse_cells(notebook_of("begin('ocean-data/05-enso', seed=11)", "begin('x')"))
    assert seed_arguments(trees) == [("begin", 11)]


def test_the_hash_changes_with_sources_and_with_nothing_else():
    notebook = notebook_of("x = 1")
    executed, edited, turned = (copy.deepcopy(notebook) for _ in range(3))
    executed.cells[0].execution_count = 4
    executed.cells[0].metadata["tags"] = ["a"]
    edited.cells[0].source = "x = 2"
    turned.cells[0] = new_markdown_cell("x = 1")
    assert hash_sources(executed) == hash_sources(notebook)
    assert len({hash_sources(each) for each in (notebook, edited, turned)}) == 3
