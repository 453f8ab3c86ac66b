"""The questions of a source notebook: what is marked in one sitting."""

from desk_examples import RUBRIC, SOURCE
from grading_examples import doubles, notebook, test_cell

from kit.desk.questions import find_questions


def test_tests_belong_to_the_answer_before_them():
    hours, why, where = find_questions(SOURCE, name="tides", rubric=RUBRIC)
    assert (hours.kind, hours.key, hours.marks) == (
        "code",
        "hours",
        ("test-visible", "test-hidden"),
    )
    assert (hours.title, hours.max_points) == ("1. Twice a day", 3)
    assert "Return the hours" in hours.prompt
    assert (why.kind, why.marks, len(why.rubric.levels)) == ("written", ("why",), 4)
    assert where.rubric.levels == ()


def test_the_reference_has_no_line_that_marks_it():
    hours, _why, _where = find_questions(SOURCE, name="tides")
    assert hours.reference == "def hours():\n    return 12.42"
    assert "HIDDEN" not in hours.tests[1].source


def test_a_task_is_a_question_of_its_own_and_worth_what_it_says():
    kinds = [
        (question.key, question.kind) for question in find_questions(doubles(), name="doubles")
    ]
    assert ("task", "task") in kinds


def test_a_test_without_an_answer_is_still_a_question():
    (alone,) = find_questions(notebook(test_cell("alone", "assert True")), name="x")
    assert (alone.key, alone.marks, alone.cells) == ("alone", ("alone",), ())
