"""Whose name is it, and which cells of the source the tests need."""

import copy
import dataclasses

from outside_examples import FIXTURES, grade_outside, read_row

from kit.grading.masters import make_master
from kit.grading.outside.planning import Yard, plan_for


def plan(name):
    row = read_row(FIXTURES / f"{name}.py")
    return plan_for(make_master(row.source), Yard(preload=("numpy", "pandas")))


def test_what_the_solution_changes_is_the_learners():
    assert plan("changed-table").names == {"df"}


def test_what_an_answer_imports_is_the_instructors():
    found = plan("imported-in-answer")
    assert found.names == {"letters"}
    assert found.steps[0].source == "import math\nfrom collections import Counter"


def test_names_that_a_visible_test_binds_are_handed_over():
    steps = [step for step in plan("between-answers").steps if step.test]
    assert steps[0].hand == ("check", "data") and "def check" in steps[0].definitions
    assert steps[1].hand == () and steps[1].definitions == ""


def test_methods_that_the_reference_solution_is_asked_for_may_get_values_of_that_test():
    found = plan("operator-argument")
    assert set(found.surface.values()) == {frozenset({"__mul__", "has"})}
    assert set(plan("student-class").surface.values()) == {frozenset({"push"})}


def test_a_name_that_an_answer_is_to_import_is_there_only_if_it_was_imported(tmp_path):
    row = read_row(FIXTURES / "imported-in-answer.py")
    marks, _done = grade_outside(row, dict.fromkeys(row.answers, "letters = None"), tmp_path)
    assert set(marks.values()) == {0.0}
    source = "from math import isclose"
    made = copy.deepcopy(row.source)
    made.cells = [made.cells[0], made.cells[-1]]
    made.cells[0].source = f"### BEGIN SOLUTION\n{source}\n### END SOLUTION"
    made.cells[1].source = "assert isclose(1.0, 1.0)"
    only = dataclasses.replace(row, source=made)
    key = made.cells[0].metadata.nbgrader.grade_id
    assert set(grade_outside(only, {key: source}, tmp_path)[0].values()) == {1.0}
    assert set(grade_outside(only, {key: "pass"}, tmp_path)[0].values()) == {0.0}
