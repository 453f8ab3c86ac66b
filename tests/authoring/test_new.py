"""New lessons and assignments: their files, their names, and what is refused."""

import pytest
import yaml

from kit.authoring.new import plan_assignment, plan_lesson, write_plan
from kit.authoring.targets import find_targets
from kit.authoring.verify import verify
from kit.cli import main
from kit.errors import KitError

TITLES = ["Tides", 'A "tide" \\ gauge: # low', "Océano y año", "{braces}"]


@pytest.mark.parametrize("title", TITLES)
def test_any_title_gives_files_that_verify(tmp_path, title):
    write_plan(plan_lesson("ocean/06-tides", root=tmp_path, title=title))
    write_plan(plan_assignment("tide-gauge", root=tmp_path, title=title))
    assert verify(find_targets([tmp_path]), static=True).findings == ()


def test_the_title_is_the_slug_in_words(tmp_path):
    plan = plan_lesson("ocean/06-high-tides", root=tmp_path)
    assert "# High tides\\n" in plan.made[tmp_path / "courses" / "ocean" / "06-high-tides.ipynb"]


def test_planning_writes_nothing(tmp_path):
    plan_lesson("ocean/06-tides", root=tmp_path)
    assert list(tmp_path.iterdir()) == []


COURSES = {
    "in blocks": "# Sea\ntitle: Ocean\nsummary: All.  # short\norder:\n  - 01-a\nminutes:\n  01-a: 40\n",
    "in brackets": "title: Ocean\nsummary: All.\norder: [01-a]\nminutes: {01-a: 40}\n",
    "without a last newline": "title: Ocean\nsummary: All.\norder: [01-a]\nminutes:\n  01-a: 40",
    "nothing in it yet": "title: Ocean\nsummary: All.\norder: []\nminutes: {}\n",
    "list without indentation": "title: Ocean\norder:\n- 01-a\nminutes:\n    01-a: 40\nsummary: All.\n",
}


@pytest.mark.parametrize("text", COURSES.values(), ids=COURSES)
def test_course_yaml_gets_one_more_lesson_and_keeps_the_rest(tmp_path, text):
    file = tmp_path / "courses" / "ocean" / "course.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(text, encoding="utf-8")
    write_plan(plan_lesson("ocean/02-b", root=tmp_path))
    old, new = yaml.safe_load(text), yaml.safe_load(file.read_text(encoding="utf-8"))
    assert new["order"] == [*old["order"], "02-b"]
    assert new["minutes"] == {**old["minutes"], "02-b": 30}
    assert new["title"] == "Ocean"
    assert [line for line in text.splitlines() if "#" in line] == [
        line for line in file.read_text(encoding="utf-8").splitlines() if "#" in line
    ]


@pytest.mark.parametrize("text", ["order: [", "- a list", "title: no order"])
def test_a_course_yaml_that_can_not_be_read_stops_before_anything_is_made(tmp_path, text):
    file = tmp_path / "courses" / "ocean" / "course.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(text, encoding="utf-8")
    with pytest.raises(KitError, match=r"course\.yaml"):
        write_plan(plan_lesson("ocean/02-b", root=tmp_path))
    assert file.read_text(encoding="utf-8") == text
    assert [path.name for path in file.parent.iterdir()] == ["course.yaml"]


@pytest.mark.parametrize(
    "name", ["tides", "ocean/tides", "Ocean/01-tides", "ocean/1-tides", "../01-a/b", "a/01-"]
)
def test_a_name_that_is_no_lessons_name_is_refused(tmp_path, name):
    with pytest.raises(KitError, match="not a name for a lesson"):
        plan_lesson(name, root=tmp_path)


@pytest.mark.parametrize("name", ["Tides", "tide_gauge", "../tides", "1-tide", ""])
def test_a_name_that_is_no_assignments_name_is_refused(tmp_path, name):
    with pytest.raises(KitError, match="not a name for an assignment"):
        plan_assignment(name, root=tmp_path)


def test_an_assignment_needs_a_lesson(tmp_path):
    with pytest.raises(KitError, match="kit new lesson"):
        plan_assignment("tides", root=tmp_path)
    with pytest.raises(KitError, match="no lesson ocean/01-a"):
        plan_assignment("tides", root=tmp_path, lesson="ocean/01-a")


def test_nothing_is_overwritten(example, capsys):
    before = {path: path.read_bytes() for path in example.root.rglob("*") if path.is_file()}
    for argv in (["lesson", "demo/01-means"], ["assignment", "repeat"]):
        with pytest.raises(SystemExit):
            main(["new", *argv, "--root", str(example.root)])
        assert "it is there already" in capsys.readouterr().err
    assert {path: path.read_bytes() for path in example.root.rglob("*") if path.is_file()} == before


def test_the_command_says_what_it_made_and_what_to_do_next(example, capsys):
    main(["new", "lesson", "demo/02-more", "--root", str(example.root)])
    main(["new", "assignment", "more", "--lesson", "demo/02-more", "--root", str(example.root)])
    out = capsys.readouterr().out
    assert f"made     {example.root}/courses/demo/02-more.ipynb" in out
    assert f"changed  {example.course}" in out
    assert f"kit verify {example.root}/assignments/more" in out
    assert verify(find_targets([example.root]), static=True).ok
