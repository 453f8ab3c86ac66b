"""An assignment's folder is loaded whole, and everything that is wrong with it is said at once."""

import pytest
import yaml
from grading_examples import doubles

from kit.errors import KitError, KitErrors
from kit.grading.assignment import LatePolicy, Limits, load_assignment
from kit.grading.terms import parse_late
from kit.notebooks import find_cell, write_notebook

CONTRACT = {
    "id": "doubles",
    "title": "Doubles",
    "course": "practice",
    "lesson": "practice/01-doubles",
    "minutes": 10,
    "points": 5,
    "objectives": ["double a number"],
    "prerequisites": [],
    "limits": {"wall_seconds": 30, "memory_mb": 512},
    "late": {"grace_minutes": 15, "per_day": 0.1, "at_most": 0.5},
    "ai": "open",
    "licence": "CC-BY-4.0",
    "authors": ["The Bitácora developers"],
}


@pytest.fixture
def folder(tmp_path):
    def make(source=None, **changes):
        folder = tmp_path / "doubles"
        write_notebook(source or doubles(), folder / "doubles.ipynb")
        (folder / "assignment.yaml").write_text(
            yaml.safe_dump({**CONTRACT, **changes}, allow_unicode=True)
        )
        return folder

    return make


def test_a_sound_assignment_is_loaded(folder):
    path = folder()
    (path / "wrong").mkdir()
    (path / "wrong" / "b.py").touch()
    (path / "wrong" / "a.py").touch()
    assignment = load_assignment(path)
    assert (assignment.slug, assignment.points, assignment.minutes) == ("doubles", 5.0, 10)
    assert assignment.limits == Limits(30.0, 512, cpu_seconds=60.0)
    assert assignment.late == LatePolicy(15.0, 0.1, 0.5)
    assert [wrong.name for wrong in assignment.wrong_paths] == ["a.py", "b.py"]
    assert assignment.authors == ("The Bitácora developers",)
    assert find_cell(assignment.source, "double")


def test_limits_and_late_policy_have_defaults(folder):
    path = folder()
    contract = {name: value for name, value in CONTRACT.items() if name not in ("limits", "late")}
    (path / "assignment.yaml").write_text(yaml.safe_dump(contract))
    assignment = load_assignment(path)
    assert assignment.limits == Limits()
    assert assignment.late.penalty(10, 1e9) == 0


def test_all_problems_are_reported_at_once(folder):
    path = folder(
        id="dubles",
        title="",
        minutes="ten",
        points=7,
        objectives="one",
        limits={"wall_seconds": -1, "cpu": 3},
        late={"per_day": 10},
        ai="forbidden",
        autor="x",
    )
    with pytest.raises(KitErrors) as caught:
        load_assignment(path)
    text = str(caught.value)
    for part in (
        "'dubles'", "'title'", "'minutes'", "'objectives'", "limits.wall_seconds", "'limits.cpu'",
        "late.per_day", "open, declared, none", "'autor'", "add up to 5",
    ):  # fmt: skip
        assert part in text
    assert all(line.startswith(str(path)) for line in text.splitlines())


def test_a_declared_use_of_ai_needs_its_cell(folder):
    with pytest.raises(KitErrors, match="ai-declaration"):
        load_assignment(folder(ai="declared"))


def test_faults_of_the_notebook_are_reported_with_the_contract(folder):
    source = doubles()
    find_cell(source, "why").metadata.nbgrader["grade_id"] = "double"
    with pytest.raises(KitErrors, match="also that of cell 3"):
        load_assignment(folder(source))


@pytest.mark.parametrize(
    ("text", "reason"),
    [("a: [", "line 1: this is not YAML"), ("- a", "not a table"), (None, "no such file")],
)
def test_a_contract_that_can_not_be_read_is_named(folder, text, reason):
    path = folder() / "assignment.yaml"
    path.unlink() if text is None else path.write_text(text)
    with pytest.raises(KitError, match=reason):
        load_assignment(path.parent)


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(KitError, match="no such folder"):
        load_assignment(tmp_path / "none")


@pytest.mark.parametrize(
    ("hours", "taken"), [(-5, 0), (0, 0), (0.25, 0), (0.26, 2), (24, 2), (24.1, 4), (24 * 30, 10)]
)
def test_the_penalty_grows_with_each_day_begun_after_the_grace(hours, taken):
    assert LatePolicy(15, 0.1, 0.5).penalty(20, hours * 3600) == taken


def test_a_late_policy_says_what_is_wrong_with_it():
    with pytest.raises(KitErrors, match=r"kit\.yaml.*at_most"):
        parse_late({"at_most": 2}, where="kit.yaml")
    assert parse_late(None, where="kit.yaml") == LatePolicy()
