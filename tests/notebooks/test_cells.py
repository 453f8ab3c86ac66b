"""A cell is known by its key, and what it is for by its role."""

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from kit.errors import KitError
from kit.notebooks import cell_key, cell_role, find_cell, grade_id, is_graded, is_solution

PLAIN = new_code_cell("1", id="plain")
ANSWER = new_code_cell(
    "2", id="x", metadata={"nbgrader": {"grade_id": "answer", "solution": True, "grade": False}}
)
TEST = new_code_cell(
    "3", id="y", metadata={"nbgrader": {"grade_id": "test", "solution": False, "grade": True}}
)


def test_the_key_is_the_grade_id_where_there_is_one():
    assert [cell_key(cell) for cell in (PLAIN, ANSWER, TEST)] == ["plain", "answer", "test"]
    assert grade_id(PLAIN) is None


def test_answers_and_tests_are_told_apart():
    assert [is_solution(cell) for cell in (PLAIN, ANSWER, TEST)] == [False, True, False]
    assert [is_graded(cell) for cell in (PLAIN, ANSWER, TEST)] == [False, False, True]


@pytest.mark.parametrize("damaged", ["", 7, ["role"], None])
def test_metadata_of_the_wrong_shape_is_no_metadata(damaged):
    cell = new_code_cell("1", id="plain", metadata={"kit": damaged, "nbgrader": damaged})
    assert cell_role(cell) is None
    assert grade_id(cell) is None
    assert not is_graded(cell)


def test_a_key_that_does_not_exist_is_answered_with_those_that_do():
    notebook = new_notebook(cells=[PLAIN, ANSWER])
    assert find_cell(notebook, "answer") is ANSWER
    with pytest.raises(KitError, match=r"'anwser'.*The keys are: plain, answer"):
        find_cell(notebook, "anwser")
