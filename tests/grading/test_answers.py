"""Known answers are put where a learner would write them, and nowhere else."""

import copy

import pytest
from grading_examples import answer, cell, doubles, notebook

from kit.errors import KitError, KitErrors
from kit.grading.answers import Answers, fill_answers, load_answers, reference_answers
from kit.grading.release import make_release_version
from kit.notebooks import find_cell

WRONG = """# ---
# title: The offset is added twice.
# loses: {test-visible: 1, test-hidden: 0.5}
# ---
# %% double
def double(x):
    return 2 * x + 1


# %% [markdown] why
# Because it is
#
# doubled.
"""


@pytest.fixture
def script(tmp_path):
    def write(text):
        path = tmp_path / "wrong.py"
        path.write_text(text)
        return path

    return write


def test_a_percent_script_is_read(script):
    answers = load_answers(script(WRONG), doubles())
    assert answers == Answers(
        "The offset is added twice.",
        {"double": "def double(x):\n    return 2 * x + 1", "why": "Because it is\n\ndoubled."},
        {"test-visible": 1.0, "test-hidden": 0.5},
    )


def test_the_reference_answers_are_the_source_without_delimiters():
    answers = reference_answers(doubles())
    assert answers.cells["double"] == "def double(x):\n    return math.fsum([x, x]) + OFFSET"
    assert answers.cells.keys() == {"double", "why", "free"}


def test_a_wrong_answer_over_the_reference_keeps_its_other_answers(script):
    source = doubles()
    release = make_release_version(source)
    before = copy.deepcopy(release)
    filled = fill_answers(release, load_answers(script(WRONG)).over(reference_answers(source)))
    assert find_cell(filled, "double").source == "def double(x):\n    return 2 * x + 1"
    assert find_cell(filled, "free").source == "def triple(x):\n    return math.fsum([x, x, x])"
    assert find_cell(filled, "test-hidden").source == "assert callable(double)"
    assert release == before


def test_an_unknown_grade_id_lists_those_that_exist():
    with pytest.raises(KitErrors, match=r"'duoble'.*The ids are: double, why, free"):
        fill_answers(make_release_version(doubles()), Answers("Typing error.", {"duoble": "x = 1"}))


def test_a_cell_that_is_not_answered_can_not_be_filled():
    with pytest.raises(KitErrors, match="'test-visible'"):
        fill_answers(make_release_version(doubles()), Answers("Forged.", {"test-visible": "pass"}))


def test_points_can_only_be_lost_by_graded_cells(script):
    text = WRONG.replace("test-visible: 1", "double: 1").replace("%% double", "%% duoble")
    with pytest.raises(KitErrors) as caught:
        load_answers(script(text), doubles())
    assert "'duoble'" in str(caught.value)
    assert "The ids are: test-visible, test-hidden, why, task" in str(caught.value)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (("# ---\n# title", "# title"), "does not begin with its table"),
        (("}\n# ---", "}"), "never ends"),
        (("# title: The offset is added twice.\n", ""), "'title' is missing"),
        (("{test-visible: 1, test-hidden: 0.5}", "2"), "'loses' is missing"),
        (("{test-visible: 1, test-hidden: 0.5}", "{test-visible: -1}"), "'loses' is missing"),
        (("{test-visible: 1,", "{test-visible: 1"), "not YAML|'loses'"),
        (("# title:", "# hint: x\n# title:"), "'hint' is not known"),
        (("# %% double", "# %%"), "no grade_id"),
        (("# %% [markdown] why", "# %% double"), "answered twice"),
        (("# %% double", "x = 1"), "text before the first cell"),
    ],
)
def test_a_faulty_script_says_what_is_wrong_and_where(script, change, reason):
    assert change[0] in WRONG
    path = script(WRONG.replace(*change))
    with pytest.raises(KitError, match=reason) as caught:
        load_answers(path)
    assert str(path) in str(caught.value)


def test_a_missing_script_is_named(tmp_path):
    with pytest.raises(KitError, match="no such file"):
        load_answers(tmp_path / "none.py")


def test_own_code_around_the_solution_is_part_of_the_answer():
    source = notebook(
        cell("x = 1"),
        answer("f", "def f():\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION\n\nf()"),
    )
    assert reference_answers(source).cells == {"f": "def f():\n    return 1\n\nf()"}
