"""A damaged notebook is put right from the source, and the learner is told how."""

import copy

import pytest
from grading_examples import answer, cell, doubles, nbgrader, notebook, test_cell, written

from kit.grading.answers import Answers, fill_answers, reference_answers
from kit.grading.cells import known_cells
from kit.grading.matching import match_names
from kit.grading.release import make_gradebook_version, make_release_version
from kit.grading.repair import repair_notebook
from kit.notebooks import find_cell, grade_id

SOURCE = doubles()
MASTER = make_gradebook_version(SOURCE)
RELEASE = make_release_version(SOURCE)
ANSWER = "def double(x):\n    return 2 * x"
MINE = Answers("", {"double": ANSWER, "why": "Two of them.", "free": "def triple(x): return 3 * x"})
HANDED_IN = fill_answers(RELEASE, MINE)
KEYS = ["setup", "double", "test-visible", "test-hidden", "why", "task", "free"]


def damaged():
    return copy.deepcopy(HANDED_IN)


def at(nb, key):
    return next(n for n, item in enumerate(nb.cells) if grade_id(item) == key)


def repair(nb):
    before = copy.deepcopy(nb)
    repaired = repair_notebook(nb, master=MASTER, release=RELEASE)
    assert nb == before
    assert sorted(known_cells(repaired.notebook)) == sorted(KEYS)
    for key in ("setup", "test-visible", "test-hidden", "task"):
        mended, master = find_cell(repaired.notebook, key), find_cell(MASTER, key)
        assert (mended.source, mended.cell_type, mended.metadata) == (
            master.source, master.cell_type, master.metadata,
        )  # fmt: skip
    return repaired


def order(nb):
    return [key for item in nb.cells if (key := grade_id(item))]


def test_an_undamaged_notebook_only_gets_its_hidden_tests_back():
    repaired = repair(HANDED_IN)
    assert repaired.repairs == ()
    assert order(repaired.notebook) == KEYS
    assert "secret case" in find_cell(repaired.notebook, "test-hidden").source
    assert find_cell(repaired.notebook, "double").source == ANSWER


@pytest.mark.parametrize("key", ["test-visible", "test-hidden", "setup"])
def test_an_edited_test_or_locked_cell_is_restored(key):
    nb = damaged()
    find_cell(nb, key).source = "assert True"
    find_cell(nb, key).metadata["tags"] = ["skip-execution"]
    (sentence,) = repair(nb).repairs
    assert key in sentence
    assert "the original was used" in sentence


def test_spaces_that_an_editor_changes_are_no_tampering():
    nb = damaged()
    find_cell(nb, "test-visible").source += "  \n"
    assert repair(nb).repairs == ()


@pytest.mark.parametrize("change", [{"points": 100}, {"solution": True}, {"grade": False}])
def test_changed_points_and_kinds_are_restored(change):
    nb = damaged()
    find_cell(nb, "test-visible").metadata.nbgrader.update(change)
    (sentence,) = repair(nb).repairs
    assert "worth" in sentence


def test_a_deleted_test_is_put_back_behind_its_answer():
    nb = damaged()
    del nb.cells[at(nb, "test-visible")]
    repaired = repair(nb)
    assert order(repaired.notebook) == KEYS
    assert repaired.repairs == ("The test 'test-visible' was missing and was put back.",)


def test_with_every_marked_cell_deleted_all_are_put_back_in_order():
    nb = notebook(cell("print('my own notebook')"))
    assert order(repair(nb).notebook) == KEYS


def test_a_deleted_answer_does_not_undo_one_that_was_written_elsewhere():
    nb = damaged()
    nb.cells[at(nb, "double")] = cell("x = 0\ndef other(x): pass")
    nb.cells.insert(0, cell("def double(x): return 2 * x\nprint(double(1))"))
    nb.cells.insert(0, cell("def double(x): return 2 * x"))
    repaired = repair(nb)
    assert find_cell(repaired.notebook, "double").source in ("", "x = 0\ndef other(x): pass")
    assert "NotImplementedError" not in find_cell(repaired.notebook, "double").source


def test_a_deleted_written_answer_waits_for_a_mentor():
    nb = damaged()
    del nb.cells[at(nb, "why")]
    repaired = repair(nb)
    assert "mentor" in repaired.repairs[0]
    assert "missing" in find_cell(repaired.notebook, "why").source


def test_a_copied_test_is_taken_once():
    nb = damaged()
    nb.cells.append(copy.deepcopy(find_cell(nb, "test-visible")))
    repaired = repair(nb)
    assert len(repaired.notebook.cells) == len(HANDED_IN.cells) + 1
    assert "there 2 times" in repaired.repairs[0]
    ids = [item["id"] for item in repaired.notebook.cells]
    assert len(set(ids)) == len(ids)


def test_of_a_copied_answer_the_one_that_was_worked_on_is_taken():
    nb = damaged()
    stub = copy.deepcopy(find_cell(RELEASE, "double"))
    nb.cells.insert(at(nb, "double") + 1, stub)
    repaired = repair(nb)
    assert find_cell(repaired.notebook, "double").source == ANSWER


def test_a_written_answer_that_was_split_is_put_together():
    nb = damaged()
    second = copy.deepcopy(find_cell(nb, "why"))
    second.source = "And it is even."
    nb.cells.insert(at(nb, "why") + 1, second)
    repaired = repair(nb)
    assert find_cell(repaired.notebook, "why").source == "Two of them.\n\nAnd it is even."
    assert "put together" in repaired.repairs[0]


def test_metadata_that_was_stripped_from_every_cell_is_found_again():
    nb = damaged()
    for item in nb.cells:
        item.metadata = {}
    repaired = repair(nb)
    assert find_cell(repaired.notebook, "double").source == ANSWER
    assert find_cell(repaired.notebook, "why").source == "Two of them."
    assert order(repaired.notebook) == KEYS


def test_metadata_and_ids_that_were_both_lost_are_found_by_text_name_and_place():
    nb = damaged()
    for number, item in enumerate(nb.cells):
        item.metadata = {}
        item["id"] = f"new{number}"
    repaired = repair(nb)
    assert find_cell(repaired.notebook, "double").source == ANSWER
    assert find_cell(repaired.notebook, "why").source == "Two of them."
    assert find_cell(repaired.notebook, "free").source == "def triple(x): return 3 * x"
    assert len(repaired.notebook.cells) == len(HANDED_IN.cells)


def test_a_renamed_grade_id_is_found_by_the_cell():
    nb = damaged()
    find_cell(nb, "double").metadata.nbgrader["grade_id"] = "mine"
    assert find_cell(repair(nb).notebook, "double").source == ANSWER


def test_a_cell_that_changed_its_type_is_changed_back():
    nb = damaged()
    for key, kind in (("double", "raw"), ("test-hidden", "markdown"), ("why", "code")):
        item = find_cell(nb, key)
        item.cell_type = kind
    repaired = repair(nb)
    assert find_cell(repaired.notebook, "double").cell_type == "code"
    assert find_cell(repaired.notebook, "double").outputs == []
    assert find_cell(repaired.notebook, "why").cell_type == "markdown"
    assert len(repaired.repairs) == 3


def test_a_test_before_its_answer_and_a_setup_behind_are_put_back():
    nb = damaged()
    test = nb.cells.pop(at(nb, "test-visible"))
    setup = nb.cells.pop(at(nb, "setup"))
    nb.cells = [test, *nb.cells, setup]
    repaired = repair(nb)
    found = order(repaired.notebook)
    assert found.index("setup") < found.index("double") < found.index("test-visible")
    assert len(repaired.repairs) == 2


def test_answers_stay_in_the_order_that_their_author_chose():
    nb = damaged()
    free = nb.cells.pop(at(nb, "free"))
    nb.cells.insert(0, free)
    repaired = repair(nb)
    assert order(repaired.notebook)[0] == "free"
    assert repaired.repairs == ()


def test_a_wrong_kernel_name_is_set_right():
    nb = damaged()
    nb.metadata["kernelspec"] = {"name": "conda-env-mine-py", "display_name": "mine"}
    repaired = repair(nb)
    assert repaired.notebook.metadata.kernelspec.name == "python3"
    assert "conda-env-mine-py" in repaired.repairs[0]


def test_two_answers_with_one_stub_are_not_mixed_up():
    source = notebook(
        cell("Why one?", kind="markdown"), written("one", "1"),
        cell("Why two?", kind="markdown"), written("two", "2"),
    )  # fmt: skip
    release = make_release_version(source)
    nb = fill_answers(release, Answers("", {"one": "First.", "two": "Second."}))
    for number, item in enumerate(nb.cells):
        item.metadata = {}
        item["id"] = f"new{number}"
    repaired = repair_notebook(nb, master=make_gradebook_version(source), release=release).notebook
    assert find_cell(repaired, "one").source == "First."
    assert find_cell(repaired, "two").source == "Second."


def test_a_renamed_notebook_is_known_by_its_cells():
    other = notebook(answer("f", "def f(): pass"), test_cell("t", "f()"))
    names = match_names(
        {"doubles": MASTER, "other": other}, {"Doubles (1)": HANDED_IN, "my": other}
    )
    assert names == {"doubles": "Doubles (1)", "other": "my"}
    assert match_names({"doubles": MASTER}, {"x": notebook(cell("1"))}) == {"doubles": "x"}
    assert match_names({"doubles": MASTER}, {"doubles": other, "x": HANDED_IN}) == {
        "doubles": "doubles"
    }
    assert match_names({"doubles": MASTER, "other": other}, {"x": notebook(cell("1"))}) == {}


def test_answers_of_the_reference_need_no_repair():
    filled = fill_answers(RELEASE, reference_answers(SOURCE))
    assert repair(filled).repairs == ()


def test_a_task_that_was_edited_is_restored_and_cells_below_it_stay():
    nb = damaged()
    place = at(nb, "task")
    nb.cells[place].source = "My text."
    nb.cells.insert(place + 1, cell("print('my use')"))
    repaired = repair(nb).notebook
    assert repaired.cells[at(repaired, "task") + 1].source == "print('my use')"


def test_metadata_of_another_course_is_ignored():
    nb = damaged()
    nb.cells.append(cell("x = 1", nbgrader("elsewhere", solution=True)))
    repaired = repair(nb)
    assert repaired.repairs == ()
    assert "nbgrader" not in repaired.notebook.cells[-1].metadata
