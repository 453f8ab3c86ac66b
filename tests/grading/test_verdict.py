"""Marks are those of nbgrader on the same outputs, apart from its listed faults; messages keep secrets."""

import copy

import pytest
from grading_examples import answer, doubles, notebook, test_cell
from nbformat.v4 import new_output

from kit.grading import execution
from kit.grading.answers import Answers, fill_answers, reference_answers
from kit.grading.cells import known_cells
from kit.grading.inside.journey import execute_inside
from kit.grading.release import make_gradebook_version, make_release_version
from kit.grading.verdict import earned, mark_cells
from kit.notebooks import find_cell

STDOUT = new_output("stream", name="stdout", text="hello")
STDERR = new_output("stream", name="stderr", text="UserWarning: take care")
FIGURE = new_output("display_data", data={"image/png": "iVBORw0KGgo="})


def result(text):
    return new_output("execute_result", data={"text/plain": text}, execution_count=1)


def error(name, text="", lines=()):
    return new_output("error", ename=name, evalue=text, traceback=list(lines))


def one_test(*outputs, source="assert f(1) == 1", points=2.0):
    """A source with one test, and the executed notebook with these outputs."""
    master = notebook(answer("f", "def f(x):\n    return x"), test_cell("t", source, points))
    executed = make_gradebook_version(master)
    find_cell(executed, "t").outputs = list(outputs)
    find_cell(executed, "t").execution_count = 2
    return master, executed


def judge(*outputs, **options):
    master, executed = one_test(*outputs, **options)
    (mark,) = mark_cells(master, make_release_version(master), executed)
    return mark


@pytest.mark.parametrize(
    "outputs",
    [
        (), (STDOUT,), (FIGURE,), (result("0.5"),), (result("0"),), (result("2.0"),), (result("-1"),),
        (result("'a text'"),), (STDOUT, result("1.5")), (error("AssertionError"),),
        (STDOUT, error("NameError", "name 'f' is not defined")), (result("None"),),
    ],
)  # fmt: skip
def test_a_test_cell_earns_what_nbgrader_gives(outputs):
    from nbgrader.utils import determine_grade

    _, executed = one_test(*outputs)
    assert judge(*outputs).points == determine_grade(find_cell(executed, "t"))[0]


UNITTEST = "F\n" + "-" * 70 + "\nRan 1 test in 0.001s\n\n{end}\n"


@pytest.mark.parametrize("end", ["FAILED (failures=1)", "FAILED (errors=2)", "NO TESTS RAN"])
def test_a_run_of_unittest_that_failed_or_ran_nothing_is_worth_nothing(end):
    printed = new_output("stream", name="stderr", text=UNITTEST.format(end=end))
    mark = judge(printed, result("<unittest.main.TestProgram at 0x7f>"))
    assert mark.points == 0
    assert "unittest" in mark.message


def test_a_run_of_unittest_that_passed_earns_its_points():
    printed = new_output("stream", name="stderr", text=UNITTEST.format(end="OK"))
    assert judge(printed, result("<unittest.main.TestProgram at 0x7f>")).points == 2


def test_a_warning_or_text_on_stderr_is_no_failure():
    assert judge(STDERR).points == 2
    assert judge(STDERR, result("1.5")).points == 1.5
    assert judge(STDERR, error("AssertionError")).points == 0


def test_more_points_than_the_cell_is_worth_are_cut_where_nbgrader_gives_no_marks_at_all():
    assert judge(result("99")).points == 2


def test_a_test_that_never_ran_earns_nothing():
    master, executed = one_test()
    find_cell(executed, "t").execution_count = None
    (mark,) = mark_cells(master, make_release_version(master), executed)
    assert (mark.points, mark.message) == (0, "This test was not run.")


@pytest.mark.parametrize(
    ("output", "said"),
    [
        (error("AssertionError", "expected 3, got 4"), "expected 3, got 4"),
        (error("AssertionError"), "not what this test expects"),
        (error("NotImplementedError"), "no answer here yet"),
        (
            error("NameError", "name 'f' is not defined"),
            "name 'f' is not defined. Run your notebook",
        ),
        (error("TypeError", "f() takes 0 arguments"), "raised TypeError: f() takes 0 arguments"),
        (
            error("TypeError", "unsupported format string passed to NoneType.__format__"),
            "gave nothing (None). Does it return it?",
        ),
        (error("SystemExit", "0"), "stopped the notebook"),
        (error(execution.DIED), "ended the Python process"),
        (error(execution.TIMED_OUT), "loop without end"),
        (error(execution.OUT_OF_MEMORY), "more memory"),
        (error(execution.NOT_RUN), "not run"),
        (error("AssertionError", "\x1b[31mred\x1b[0m " + "x" * 5000), "red xxx"),
    ],
)
def test_a_failed_visible_test_says_why_in_plain_words(output, said):
    mark = judge(output)
    assert mark.points == 0
    assert said in mark.message
    assert len(mark.message) <= 600
    assert "\x1b" not in mark.message


HIDDEN = 'x = 1\nassert f(x) == 1, "seen"\n### BEGIN HIDDEN TESTS\n' + (
    'assert f(77) == 77, "secret 77"\n### END HIDDEN TESTS'
)


def arrow(line, text):
    return [
        "\x1b[31m-----\x1b[39m",
        f"Cell In[2], line {line}\n      1 x\n\x1b[32m----> {line} \x1b[39m{text}",
    ]


def test_a_failed_hidden_test_never_shows_its_text():
    lines = arrow(4, 'assert f(77) == 77, "secret 77"')
    mark = judge(error("AssertionError", "secret 77", lines), source=HIDDEN)
    assert mark.hidden
    assert "hidden test failed" in mark.message
    assert "77" not in mark.message


def test_an_exception_in_a_hidden_test_is_named_but_not_quoted():
    lines = arrow(4, 'assert f(77) == 77, "secret 77"')
    mark = judge(error("ZeroDivisionError", "77 / 0", lines), source=HIDDEN)
    assert "ZeroDivisionError" in mark.message
    assert "77" not in mark.message
    assert "Secret77Error" not in judge(error("Secret77Error", "", lines), source=HIDDEN).message


def test_a_failure_in_the_visible_part_of_a_test_is_explained():
    mark = judge(
        error("AssertionError", "seen", arrow(2, 'assert f(x) == 1, "seen"')), source=HIDDEN
    )
    assert mark.message == "seen"


def test_a_failure_that_can_not_be_placed_counts_as_hidden():
    assert "hidden" in judge(error("AssertionError", "seen"), source=HIDDEN).message


def test_written_answers_wait_for_a_mentor_unless_nobody_touched_them():
    from nbgrader.utils import determine_grade

    source = doubles()
    release = make_release_version(source)
    untouched = make_gradebook_version(source)
    assert determine_grade(find_cell(untouched, "why"))[0] == 0
    marks = {mark.key: mark for mark in mark_cells(source, release, untouched)}
    assert (marks["why"].points, marks["why"].message) == (0, "There is no answer here yet.")
    assert marks["task"].points is None
    answered = fill_answers(untouched, Answers("", {"why": "Because."}))
    assert determine_grade(find_cell(answered, "why"))[0] is None
    marks = {mark.key: mark for mark in mark_cells(source, release, answered)}
    assert marks["why"].points is None


def test_a_notebook_that_was_not_handed_in_earns_nothing():
    source = doubles()
    marks = mark_cells(source, make_release_version(source), None, name="doubles")
    assert [mark.points for mark in marks] == [0, 0, 0, 0]
    assert {mark.notebook for mark in marks} == {"doubles"}


def test_real_executions_of_right_and_wrong_answers_get_the_marks_of_nbgrader(tmp_path):
    from nbgrader.utils import determine_grade

    source = doubles()
    release = make_release_version(source)
    reference = reference_answers(source)
    wrong = Answers("Positive numbers only.", {"double": "def double(x):\n    return abs(x) * 2"})
    got = []
    for answers in (reference, wrong.over(reference)):
        handed_in = fill_answers(make_gradebook_version(source), answers)
        executed = execute_inside(handed_in, cwd=tmp_path, warm=False).notebook
        before = copy.deepcopy(executed)
        marks = mark_cells(source, release, executed)
        assert executed == before
        got.append(earned(marks))
        theirs = [
            determine_grade(cell)[0]
            for cell in known_cells(executed).values()
            if cell.metadata.nbgrader.grade
        ]
        assert [mark.points for mark in marks if mark.key != "task"] == theirs
    assert got == [3, 1]
    hidden = next(mark for mark in marks if mark.key == "test-hidden")
    assert "hidden test failed" in hidden.message
    assert "secret" not in hidden.message
