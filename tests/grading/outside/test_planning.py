"""The reference solution is run once for an assignment, and not once for each command."""

import copy
import json

import pytest
from outside_examples import FIXTURES, read_row

from kit.grading.cells import cell_kind
from kit.grading.masters import make_master
from kit.grading.outside import planning
from kit.grading.outside.kept_plan import keep_plan, read_plan
from kit.grading.outside.plan import Plan, Step
from kit.grading.outside.planning import Yard
from kit.grading.terms import Limits
from kit.i18n import speaking

NAME = "between-answers"
YARD = Yard(preload=("numpy", "pandas"))


def master(name=NAME):
    return make_master(read_row(FIXTURES / f"{name}.py").source, name=name)


def plan_for(*arguments):
    """As in a process that has not planned anything yet."""
    planning._plans.clear()
    return planning.plan_for(*arguments)


@pytest.fixture
def counted(monkeypatch):
    """The names of the assignments whose reference solution was run."""
    run = []
    find = planning._find_plan

    def watch(master, yard):
        run.append(master.name)
        return find(master, yard)

    monkeypatch.setattr(planning, "_find_plan", watch)
    return run


def test_a_plan_that_was_kept_is_the_one_that_was_found(tmp_path, counted):
    # Between them they have everything that a plan can hold.
    for name in (NAME, "student-class", "imported-in-answer", "source"):
        one = master(name)
        found = plan_for(one, YARD, tmp_path)
        assert plan_for(copy.deepcopy(one), YARD, tmp_path) == found
        assert counted.count(name) == 1
    assert found.inside


def test_whatever_a_plan_depends_on_makes_it_anew(tmp_path, counted):
    plan_for(master(), YARD, tmp_path)
    changed = master()
    changed.full.cells[-1].source += "\n# one more line"
    plan_for(changed, YARD, tmp_path)
    data = tmp_path / "data.csv"
    data.write_text("1")
    plan_for(changed, Yard({"data.csv": data}, preload=YARD.preload), tmp_path)
    data.write_text("2")
    plan_for(changed, Yard({"data.csv": data}, preload=YARD.preload), tmp_path)
    plan_for(changed, Yard({"data.csv": data}, Limits(50), YARD.preload), tmp_path)
    with speaking("fr"):
        plan_for(changed, Yard({"data.csv": data}, Limits(50), YARD.preload), tmp_path)
    assert len(counted) == 6


def test_a_damaged_plan_is_none(tmp_path):
    path = tmp_path / "plan.json"
    plan = Plan((Step("a", "x = 1", test=False),), frozenset({"x"}))
    keep_plan(path, "key", plan)
    assert read_plan(path, "key") == plan
    assert read_plan(path, "another key") is None
    kept = json.loads(path.read_text())
    del kept["plan"]["steps"][0]["source"]
    for text in ("", "{", "[]", '{"key": "key", "plan": {}}', json.dumps(kept)):
        path.write_text(text)
        assert read_plan(path, "key") is None


def test_a_reference_solution_that_was_stopped_gets_another_chance(tmp_path, counted):
    slow = master()
    answer = next(cell for cell in slow.source.cells if cell_kind(cell) == "answer")
    answer.source += "\nimport time\ntime.sleep(3)"
    plan_for(slow, Yard(limits=Limits(1), preload=YARD.preload), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_can_not_be_written_to_costs_time_only(tmp_path, counted):
    place = tmp_path / "a-file"
    place.write_text("")
    one = master()
    assert plan_for(one, YARD, place) == plan_for(one, YARD)
