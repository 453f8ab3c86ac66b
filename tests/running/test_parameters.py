"""Which parameters are accepted."""

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from kit.errors import KitError
from kit.running.parameters import check_parameters

SOURCE = """\
n = 10
rate: float = 0.5
label = "small"
days = [1, 2]
flag = True
limit = None
start = compute()
"""


def notebook(source=SOURCE, tags=("parameters",)):
    return new_notebook(cells=[new_code_cell(source, id="p", metadata={"tags": list(tags)})])


@pytest.mark.parametrize(
    "values",
    [{}, {"n": 3}, {"rate": 1}, {"rate": 0.1, "label": "x"}, {"days": []}, {"flag": False}, {"limit": 3},
     {"limit": "x"}, {"start": 5}],
    ids=str,
)  # fmt: skip
def test_a_value_of_the_right_type_is_accepted(values):
    check_parameters(notebook(), values, name="a.ipynb")


@pytest.mark.parametrize(
    ("values", "wanted"),
    [({"n": 0.5}, "int, not float (0.5)"), ({"n": True}, "int, not bool (True)"),
     ({"n": "3"}, "int, not str ('3')"), ({"rate": "x"}, "float, not str ('x')"),
     ({"label": 7}, "str, not int (7)"), ({"days": 1}, "list, not int (1)"),
     ({"flag": 1}, "bool, not int (1)")],
    ids=str,
)  # fmt: skip
def test_a_value_of_another_type_is_refused(values, wanted):
    (name,) = values
    with pytest.raises(KitError) as caught:
        check_parameters(notebook(), values, name="a.ipynb")
    assert f"a.ipynb: the parameter '{name}' must be {wanted}." in caught.value.message()


def test_all_problems_are_reported_at_once():
    with pytest.raises(KitError) as caught:
        check_parameters(notebook(), {"m": 1, "n": "x"}, name="a.ipynb")
    assert len(caught.value.message().splitlines()) == 2


def test_a_notebook_without_parameters_says_how_to_have_some():
    with pytest.raises(KitError, match="tag one cell 'parameters'"):
        check_parameters(notebook(tags=()), {"n": 1}, name="a.ipynb")
