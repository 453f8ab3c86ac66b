"""The learner's version: what is taken out, what stays, and what is refused."""

import copy

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from kit.authoring import make_learner_version
from kit.authoring.learner import STUB
from kit.errors import KitErrors

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"


def exercise(source, identity="make-x"):
    return new_code_cell(source, id=identity, metadata={"kit": {"role": "exercise"}})


def check(identity="check-x"):
    return new_code_cell(
        "with check('make-x'): ...", id=identity, metadata={"kit": {"role": "check"}}
    )


def notebook(*cells):
    return new_notebook(cells=list(cells), metadata={"lesson": {"version": "source"}})


def ids(made):
    return [cell.id for cell in made.cells]


def test_a_stub_with_the_same_indentation_replaces_the_solution():
    source = f"def f(x):\n    '''Twice.'''\n    {BEGIN}\n    y = 2 * x\n    return y\n    {END}"
    made = make_learner_version(notebook(exercise(source)))
    assert made.cells[0].source == f"def f(x):\n    '''Twice.'''\n    {STUB}"


def test_the_solution_stands_folded_after_the_check_of_its_exercise():
    made = make_learner_version(
        notebook(
            exercise(f"{BEGIN}\nx = 1\n{END}"),
            new_code_cell("hint('make-x', ...)", id="hint-x", metadata={"kit": {"role": "hint"}}),
            check(),
            new_markdown_cell("Go on.", id="go-on"),
        )
    )
    assert ids(made) == ["make-x", "hint-x", "check-x", "make-x-solution", "go-on"]
    solution = made.cells[3]
    assert solution.cell_type == "markdown", (
        "to run all cells must not replace the learner's answer"
    )
    assert solution.source.startswith("<details>")
    assert "\n\n```python\nx = 1\n```\n\n</details>" in solution.source
    assert BEGIN not in solution.source


def test_an_exercise_without_a_check_is_followed_by_its_solution_at_once():
    other = exercise(f"{BEGIN}\ny = 1\n{END}", "make-y")
    made = make_learner_version(notebook(exercise(f"{BEGIN}\nx = 1\n{END}"), other, check()))
    assert ids(made) == ["make-x", "make-x-solution", "make-y", "check-x", "make-y-solution"]


def test_every_region_of_an_exercise_gets_a_stub():
    source = f"a = 0\n{BEGIN}\na = 1\n{END}\nb = 0\n{BEGIN}\nb = 1\n{END}\nprint(a, b)"
    made = make_learner_version(notebook(exercise(source)))
    assert made.cells[0].source == f"a = 0\n{STUB}\nb = 0\n{STUB}\nprint(a, b)"


def test_cells_for_mentors_and_outputs_are_gone():
    shown = new_code_cell("1 + 1", id="sum", execution_count=3)
    shown.outputs = [new_output("stream", name="stdout", text="2")]
    mentor = new_markdown_cell("Wait here.", id="m", metadata={"kit": {"role": "mentor"}})
    made = make_learner_version(notebook(shown, mentor))
    assert ids(made) == ["sum"]
    assert made.cells[0].outputs == []
    assert made.cells[0].execution_count is None


def test_everything_else_stays_as_it_is(lesson):
    made = make_learner_version(lesson)
    mine = {cell.id: cell for cell in made.cells}
    for cell in lesson.cells:
        assert mine[cell.id].metadata.kit == cell.metadata.kit
        if cell.metadata["kit"]["role"] == "exercise":
            assert "raises-exception" in mine[cell.id].metadata.tags, (
                "to run all cells goes on past it"
            )
        else:
            assert mine[cell.id].metadata.get("tags") == cell.metadata.get("tags")
            assert mine[cell.id].source == cell.source
    assert made.metadata.lesson.version == "learner"
    assert {**made.metadata.lesson, "version": "source"} == lesson.metadata.lesson


def test_code_that_holds_the_answer_to_a_question_is_folded(lesson):
    made = make_learner_version(lesson)
    folded = {
        cell.id for cell in made.cells if cell.metadata.get("jupyter", {}).get("source_hidden")
    }
    assert {"predict-median", "reveal-median", "hint-middle", "quiz-choose"} <= folded
    assert not folded & {
        "setup",
        "worked-mean",
        "run-median",
        "make-middle",
        "check-middle",
        "title",
    }


def test_the_argument_is_not_changed(lesson):
    before = copy.deepcopy(lesson)
    make_learner_version(lesson)
    assert lesson == before


def test_the_same_source_gives_the_same_notebook_and_a_valid_one(lesson):
    made = make_learner_version(lesson)
    assert made == make_learner_version(lesson)
    nbformat.validate(made)


def test_no_line_of_a_solution_is_left_in_its_exercise(lesson):
    made = make_learner_version(lesson)
    exercises = [cell for cell in made.cells if cell.metadata["kit"]["role"] == "exercise"]
    assert len(exercises) == 3
    for cell in exercises:
        assert "SOLUTION" not in cell.source
        assert "NotImplementedError" in cell.source
    assert "ordered = sorted(values)" not in made.cells[ids(made).index("make-middle")].source


REFUSED = {
    "never closed": f"{BEGIN}\nx = 1",
    "never opened": f"x = 1\n{END}",
    "nested": f"{BEGIN}\n{BEGIN}\nx = 1\n{END}\n{END}",
    "closed twice": f"{BEGIN}\nx = 1\n{END}\n{END}",
    "small letters": "### begin solution\nx = 1\n### end solution",
    "capitalised": "### Begin Solution\nx = 1\n### End Solution",
    "one mistyped": f"### BEGIN SOLUTON\nx = 1\n{END}",
    "the end mistyped": f"{BEGIN}\nx = 1\n### END SOLUTIN",
    "two marks": f"## BEGIN SOLUTION\nx = 1\n{END}",
    "no space": f"###BEGIN SOLUTION\nx = 1\n{END}",
    "underscore": f"### BEGIN_SOLUTION\nx = 1\n{END}",
    "another word": f"# START SOLUTION\nx = 1\n{END}",
    "text behind it": f"{BEGIN} (short)\nx = 1\n{END}",
    "code before it": f"x = 0  {BEGIN}\nx = 1\n{END}",
    "indented differently": f"def f():\n    {BEGIN}\n    return 1\n{END}",
    "nothing inside": f"x = 0\n{BEGIN}\n\n{END}",
    "no delimiter at all": "def f():\n    return 1",
}


@pytest.mark.parametrize("source", REFUSED.values(), ids=REFUSED)
def test_what_could_leak_is_refused(source):
    with pytest.raises(KitErrors, match="cell make-x, line"):
        make_learner_version(notebook(exercise(source), check()))


def test_a_solution_region_outside_an_exercise_is_refused():
    cell = new_code_cell(f"{BEGIN}\nx = 1\n{END}", id="run-x", metadata={"kit": {"role": "run"}})
    with pytest.raises(KitErrors, match=r"cell run-x, line 1: .* outside an exercise"):
        make_learner_version(notebook(cell))


def test_a_solution_in_a_text_is_refused():
    cell = new_markdown_cell(
        f"{BEGIN}\nIt is 1.\n{END}", id="say-x", metadata={"kit": {"role": "exercise"}}
    )
    with pytest.raises(KitErrors, match="say-x"):
        make_learner_version(notebook(cell))


def test_an_id_that_the_solution_needs_must_be_free():
    taken = new_markdown_cell("x", id="make-x-solution")
    with pytest.raises(KitErrors, match="make-x-solution is taken"):
        make_learner_version(notebook(exercise(f"{BEGIN}\nx = 1\n{END}"), taken))


def test_every_problem_is_named_at_once():
    one = exercise(f"{BEGIN}\nx = 1", "make-a")
    two = exercise(f"x = 1\n{END}", "make-b")
    with pytest.raises(KitErrors) as caught:
        make_learner_version(notebook(one, two))
    assert [error.where for error in caught.value.errors] == [
        "cell make-a, line 1",
        "cell make-b, line 2",
    ]


def test_a_comment_about_solutions_is_no_delimiter():
    source = f"# The solution of the equation begins at 0.\n{BEGIN}\nx = 1  # the end\n{END}"
    made = make_learner_version(notebook(exercise(source)))
    assert made.cells[0].source == f"# The solution of the equation begins at 0.\n{STUB}"
