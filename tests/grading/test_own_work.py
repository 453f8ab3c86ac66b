"""What a learner means: a path, a folder, or the name of an assignment."""

import pytest
from nbformat.v4 import new_notebook

from kit.errors import KitError
from kit.grading.own_work import find_work, learner_id
from kit.notebooks import write_notebook


def test_a_bare_name_is_found_in_the_learners_folder(tmp_path):
    root = tmp_path / "mine"
    (root / ".kit").mkdir(parents=True)
    (root / ".kit" / "learner.json").write_text("{}")
    target = root / "assignments" / "tides" / "tides.ipynb"
    target.parent.mkdir(parents=True)
    write_notebook(new_notebook(), target)
    below = root / "courses"
    below.mkdir()

    assert find_work("tides", below) == ("tides", target.parent, [target])


def test_a_folder_of_several_notebooks_is_one_assignment(tmp_path):
    for name in ("problem1", "problem2"):
        write_notebook(new_notebook(), tmp_path / "ps1" / f"{name}.ipynb")
    name, folder, notebooks = find_work("ps1", tmp_path)
    assert (name, folder) == ("ps1", tmp_path / "ps1")
    assert [path.name for path in notebooks] == ["problem1.ipynb", "problem2.ipynb"]


def test_an_unknown_assignment_says_where_it_looked(tmp_path):
    with pytest.raises(KitError, match="no notebook or assignment called 'nothing'") as caught:
        find_work("nothing", tmp_path)
    assert str(tmp_path / "nothing") in str(caught.value)


def test_the_id_of_a_learners_folder_is_taken_where_it_has_one(tmp_path):
    (tmp_path / ".kit").mkdir()
    settings = tmp_path / ".kit" / "learner.json"
    for text, identity in (('{"id": "intern-07"}', "intern-07"), ("{}", None), ("[", None)):
        settings.write_text(text)
        assert learner_id(tmp_path) == identity
    assert learner_id(None) is None
