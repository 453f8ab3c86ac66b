"""A learner reads what the visible tests say, in words, before handing in."""

import json

import pytest
from grading_examples import answer, cell, doubles, notebook, test_cell

from kit.cli import main
from kit.errors import KitError
from kit.grading.answers import Answers, fill_answers
from kit.grading.check import check_notebook, find_notebook
from kit.grading.release import make_release_version
from kit.grading.terms import Limits
from kit.notebooks import find_cell, write_notebook

SOURCE = doubles()
SOURCE.cells.insert(
    6,
    test_cell(
        "test-secret", "### BEGIN HIDDEN TESTS\nassert double(5) == 10\n### END HIDDEN TESTS"
    ),
)
RELEASE = make_release_version(SOURCE)
RIGHT = Answers("", {"double": "def double(x):\n    return 2 * x", "free": "triple = 3"})
WRONG = Answers("", {"double": "def double(x):\n    return 2 * y"})


def learner(tmp_path, answers):
    path = tmp_path / "assignments" / "doubles" / "doubles.ipynb"
    write_notebook(fill_answers(RELEASE, answers), path)
    return path


def test_right_work_passes_every_visible_test_and_the_file_stays_as_it_is(
    tmp_path, capsys, monkeypatch
):
    path = learner(tmp_path, RIGHT)
    before = path.read_bytes()
    monkeypatch.chdir(tmp_path)
    main(["check", "doubles", "--cold"])
    out = capsys.readouterr().out
    assert "Doubles" in out
    assert "✓ passed" in out
    assert "? hidden test" in out
    assert "○ not done yet" in out  # the written answer
    assert "2 of 2 tests that you can see pass" in out
    assert path.read_bytes() == before


def test_wrong_work_is_explained_and_the_exit_code_says_so(tmp_path, capsys):
    path = learner(tmp_path, WRONG)
    with pytest.raises(SystemExit) as caught:
        main(["check", str(path), "--json", "--cold"])
    assert caught.value.code == 1
    said = json.loads(capsys.readouterr().out)
    assert not said["passed"]
    states = {item["key"]: (item["state"], item["message"]) for item in said["cells"]}
    assert states["test-visible"][0] == "failed"
    assert "name 'y' is not defined" in states["test-visible"][1]
    assert states["test-hidden"][0] == "passed"  # what can be seen of it
    assert states["test-secret"][0] == "hidden"
    assert states["task"][0] == "mentor"


def test_what_stopped_the_notebook_and_what_is_odd_about_it_is_said(tmp_path):
    nb = notebook(
        cell("raise KeyError('data.csv')"),
        answer("f", "def f():\n    while True:\n        pass"),
        test_cell("t", "f()"),
        answer("g", "raise NotImplementedError()"),
        test_cell("u", "g()"),
    )
    nb = make_release_version(nb)
    for key, source in (("f", "def f():\n    while True:\n        pass"), ("t", "f()  # changed")):
        find_cell(nb, key).source = source
    find_cell(nb, "u").source = "raise NotImplementedError('Your turn')"
    nb.metadata.kernelspec["name"] = "conda-mine"
    path = tmp_path / "mine.ipynb"
    write_notebook(nb, path)
    done = check_notebook(path, limits=Limits(wall_seconds=2), warm=False)
    assert [item.state for item in done.cells] == ["not run", "not done"]
    assert "loop without end" in done.cells[0].message
    assert done.stopped == (f"Cell 1 ({nb.cells[0]['id']}) stopped: KeyError: 'data.csv'",)
    assert any("'t' was changed" in note for note in done.notes)
    assert not done.passed


def test_a_notebook_is_found_by_path_by_folder_and_by_name_from_below(tmp_path):
    path = learner(tmp_path, RIGHT)
    (path.parent / "notes.ipynb").write_text("{}")
    for name, start in (
        ("assignments/doubles/doubles.ipynb", tmp_path),
        ("assignments/doubles", tmp_path),
        ("doubles", tmp_path),
        ("doubles", path.parent),
    ):
        assert find_notebook(name, start=start).resolve() == path
    with pytest.raises(KitError, match="The assignments are: doubles"):
        find_notebook("triples", start=tmp_path)


def test_what_can_not_be_checked_is_named(tmp_path):
    plain = tmp_path / "plain.ipynb"
    write_notebook(notebook(cell("1")), plain)
    with pytest.raises(KitError, match="no questions"):
        check_notebook(plain)
    plain.write_bytes(b"\xff")
    with pytest.raises(KitError, match="not UTF-8"):
        check_notebook(plain)
