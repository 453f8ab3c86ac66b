"""What a learner's folder is filled with."""

import json
from pathlib import Path

import pytest

from kit.errors import KitError
from kit.notebooks import parse_notebook
from kit.workspace import content
from kit.workspace.content import build_content, find_content, make_content, read_content

REPO = Path(__file__).parent.parent.parent


def test_learners_get_lessons_and_assignments_and_nothing_of_the_mentors(clone):
    assert sorted(make_content(clone)) == [
        "START-HERE.md",
        "assignments/practice/practice.ipynb",
        "courses/first/01-one.ipynb",
        "courses/first/map.txt",
    ]


def test_no_solution_of_an_assignment_is_in_any_file(clone):
    assert not [name for name, data in make_content(clone).items() if b"secret" in data]


def test_a_lesson_is_the_learner_version(clone):
    notebook = parse_notebook(make_content(clone)["courses/first/01-one.ipynb"].decode())
    assert notebook.metadata.lesson.version == "learner"
    assert "NotImplementedError" in notebook.cells[1].source


def test_the_first_page_links_every_notebook_with_its_minutes(clone):
    page = make_content(clone)["START-HERE.md"].decode()
    assert "1. [One & only](courses/first/01-one.ipynb), 9 minutes" in page
    assert "1. [Practice](assignments/practice/practice.ipynb), 5 minutes" in page


def test_what_is_built_is_read_back_the_same(clone, tmp_path):
    written = build_content(clone, tmp_path / "out")
    assert read_content(tmp_path / "out") == make_content(clone)
    assert all(path.is_file() for path in written)


def test_building_twice_gives_the_same_bytes(clone):
    assert make_content(clone) == make_content(clone)


def test_every_lesson_that_can_not_be_made_is_named_at_once_and_nothing_is_written(clone, tmp_path):
    for name in ("02-two", "03-three"):
        path = clone / "courses" / "first" / f"{name}.ipynb"
        text = (clone / "courses" / "first" / "01-one.ipynb").read_text("utf-8")
        path.write_text(text.replace("### END SOLUTION", "### END SOLUTON"), "utf-8")
    with pytest.raises(KitError) as caught:
        build_content(clone, tmp_path / "out")
    assert "02-two.ipynb" in str(caught.value) and "03-three.ipynb" in str(caught.value)
    assert not (tmp_path / "out").exists()


def test_a_clone_gives_its_own_lessons_and_a_wheel_the_packaged_ones(clone, tmp_path, monkeypatch):
    build_content(clone, tmp_path / "packaged")
    monkeypatch.setattr(content, "PACKAGED", tmp_path / "packaged")
    monkeypatch.setattr(content, "CLONE", clone)
    assert find_content().origin == clone
    monkeypatch.setattr(content, "CLONE", tmp_path / "site-packages")
    found = find_content()
    assert (found.origin, found.files) == (tmp_path / "packaged", make_content(clone))


def test_an_installation_without_lessons_says_how_to_repair_it(tmp_path, monkeypatch):
    monkeypatch.setattr(content, "PACKAGED", tmp_path / "none")
    monkeypatch.setattr(content, "CLONE", tmp_path / "none")
    with pytest.raises(KitError, match="no lessons"):
        find_content()


def test_the_real_lessons_are_all_on_the_first_page():
    files = make_content(REPO)
    page = files["START-HERE.md"].decode()
    notebooks = [name for name in files if name.endswith(".ipynb")]
    assert "courses/00-start/01-first-steps.ipynb" in notebooks
    assert [name for name in notebooks if f"({name})" not in page] == []
    for name in notebooks:
        assert "BEGIN SOLUTION" not in json.dumps(files[name].decode())
