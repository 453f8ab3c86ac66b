"""Every static rule for assignments finds the one place that breaks it, and no other rule speaks."""

import base64
import shutil

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from kit.authoring.registry import rules_for
from kit.authoring.targets import Target
from kit.authoring.verify import verify
from kit.grading.course import load_course
from kit.grading.publication import publish_assignment

BREAKS = []


def breaks(rule, cell=None, file=None):
    """Register an edit of the valid assignment that breaks one rule in one place."""

    def register(edit):
        BREAKS.append(pytest.param(rule, cell, file, edit, id=f"{rule}-{edit.__name__}"))
        return edit

    return register


def in_notebook(edit):
    """Make an edit of the notebook's cells an edit of the example."""

    def apply(example):
        example.edit(example.notebook, edit)

    apply.__name__ = edit.__name__
    return apply


def test_cell(identity, source, points=0.0):
    metadata = {"schema_version": 3, "grade_id": identity, "grade": True, "points": points}
    metadata |= {"solution": False, "locked": True, "task": False}
    return new_code_cell(source, id=identity, metadata={"nbgrader": metadata})


test_cell.__test__ = False


@pytest.fixture
def course(tmp_path):
    (tmp_path / "course").mkdir()
    return load_course(tmp_path / "course", new=True)


# the folder


@breaks("folder", file="rubric.md")
def no_rubric(example):
    (example.folder / "rubric.md").unlink()


@breaks("folder", file="wrong")
def one_wrong_answer_only(example):
    for name in ("no_root.py", "too_few.py"):
        (example.folder / "wrong" / name).unlink()


@breaks("assignment-yaml", file="assignment.yaml")
def points_that_do_not_add_up(example):
    example.rewrite(example.folder / "assignment.yaml", "points: 12", "points: 20")


@breaks("assignment-yaml", file="assignment.yaml")
def an_unknown_policy_on_tools(example):
    example.rewrite(example.folder / "assignment.yaml", "ai: declared", "ai: sometimes")


@breaks("assignment-yaml", file="assignment.yaml")
def a_lesson_that_does_not_exist(example):
    example.rewrite(
        example.folder / "assignment.yaml", "lesson: demo/01-means", "lesson: demo/02-x"
    )


@breaks("assignment-yaml", file="assignment.yaml")
@in_notebook
def no_cell_for_the_declaration(cells, notebook):
    cells.remove("ai-declaration")


@breaks("nbgrader")
@in_notebook
def a_mistyped_delimiter(cells, notebook):
    cells.replace("test-units", "### END HIDDEN TESTS", "### END HIDDEN TEST")


@breaks("wrong-answers", file="wrong/no_root.py")
def a_wrong_answer_that_loses_nothing(example):
    example.rewrite(
        example.folder / "wrong" / "no_root.py", "{test-example: 2, test-repeats: 2}", "{}"
    )


@breaks("wrong-answers", file="wrong/no_root.py")
def more_points_lost_than_there_are(example):
    example.rewrite(example.folder / "wrong" / "no_root.py", "test-example: 2", "test-example: 3")


@breaks("wrong-answers", file="wrong/no_root.py")
def points_lost_where_a_person_marks(example):
    example.rewrite(
        example.folder / "wrong" / "no_root.py", "test-repeats: 2", "written-interpretation: 2"
    )


@breaks("wrong-answers", file="wrong/no_root.py")
def an_answer_to_no_cell(example):
    example.rewrite(example.folder / "wrong" / "no_root.py", "%% standard-error", "%% standard")


@breaks("no-leak", cell="contract-standard-error")
@in_notebook
def a_line_of_the_solution_in_the_text(cells, notebook):
    cells.append(
        "contract-standard-error",
        "Use `squares = sum((reading - centre) ** 2 for reading in readings)`.",
    )


@breaks("no-leak", cell="title")
@in_notebook
def a_line_of_the_solution_in_the_metadata(cells, notebook):
    cells["title"].metadata["note"] = "return   math.sqrt(squares / (count - 1) / count)"


@breaks("no-leak", cell="title")
@in_notebook
def a_hidden_test_in_an_attachment(cells, notebook):
    line = b"assert math.isclose(standard_error(sample * k), want, rel_tol=1e-9)"
    cells["title"]["attachments"] = {"notes.txt": {"text/plain": base64.b64encode(line).decode()}}


@breaks("no-leak", cell="contract-interpretation")
@in_notebook
def a_sentence_of_the_model_answer(cells, notebook):
    cells.append(
        "contract-interpretation", "The error of the first reading comes back three times."
    )


# the questions


@breaks("question", cell="standard-error")
def no_hidden_test(example):
    def edit(cells, notebook):
        for identity in ("test-units", "test-repeats", "test-too-few"):
            cells.remove(identity)
        cells["test-example"].metadata.nbgrader.points = 8

    example.edit(example.notebook, edit)
    (example.folder / "wrong" / "too_few.py").unlink()
    for name, loses in {
        "no_root.py": "{test-example: 2, test-repeats: 2}",
        "divides_by_n.py": "{test-example: 2, test-repeats: 2, test-too-few: 2}",
    }.items():
        example.rewrite(example.folder / "wrong" / name, loses, "{test-example: 8}")


@breaks("question", cell="standard-error")
@in_notebook
def two_visible_tests(cells, notebook):
    cells.insert_after(
        "test-example", test_cell("test-more", "assert standard_error([1, 3]) > 0, 'More.'")
    )


@breaks("question", cell="test-units")
@in_notebook
def a_visible_assert_beside_hidden_ones(cells, notebook):
    cells["test-units"].source = (
        "assert standard_error([1, 3]) > 0, 'It is positive.'\n" + cells["test-units"].source
    )


@breaks("contract", cell="contract-standard-error")
@in_notebook
def other_points_than_the_tests_have(cells, notebook):
    cells.replace("contract-standard-error", "8 points", "9 points")


@breaks("contract", cell="contract-standard-error")
@in_notebook
def no_minutes(cells, notebook):
    cells.replace("contract-standard-error", ", about 20 minutes", "")


@breaks("contract", file="assignment.yaml")
def questions_longer_than_the_assignment(example):
    example.rewrite(example.folder / "assignment.yaml", "minutes: 35", "minutes: 15")


@breaks("stub", cell="standard-error")
@in_notebook
def no_type_hint(cells, notebook):
    cells.replace("standard-error", "readings: list[float]", "readings")


@breaks("stub", cell="standard-error")
@in_notebook
def a_docstring_without_an_example(cells, notebook):
    cells.replace(
        "standard-error", "    >>> round(standard_error([1, 2, 3, 4]), 3)\n    0.645\n", ""
    )


@breaks("test-messages", cell="test-example")
@in_notebook
def a_visible_assert_without_a_message(cells, notebook):
    cells["test-example"].source = "assert abs(standard_error([1, 3]) - 1) < 1e-9"


@breaks("stored-output", cell="test-repeats")
@in_notebook
def a_stored_output(cells, notebook):
    cells.replace("test-repeats", "want, rel_tol", "0.40414518843, rel_tol")


# what a person marks


@breaks("written", file="rubric.md")
def a_level_without_an_example(example):
    example.rewrite(example.folder / "rubric.md", '"No, it stays the same."', "")


@breaks("written", file="rubric.md")
def a_rubric_for_another_cell(example):
    example.rewrite(example.folder / "rubric.md", "## written-interpretation", "## written-other")


@breaks("oral", file="rubric.md")
def two_questions_face_to_face(example):
    example.rewrite(
        example.folder / "rubric.md",
        "3. Which of your own lines would you change first if readings were missing?\n",
        "",
    )


# what holds for every notebook


@breaks("cell-id", cell="test-units")
@in_notebook
def an_id_that_is_not_the_grade_id(cells, notebook):
    cells["test-units"].id = "test-other-units"


@breaks("no-outputs", cell="setup")
@in_notebook
def a_stored_result(cells, notebook):
    cells["setup"].outputs = [new_output("stream", name="stdout", text="ready\n")]


@breaks("sentence-length", cell="contract-interpretation")
@in_notebook
def a_long_sentence(cells, notebook):
    cells.append("contract-interpretation", "The " + "very " * 23 + "long sentence.")


@pytest.mark.parametrize(("rule", "cell", "file", "edit"), BREAKS)
def test_one_edit_breaks_one_rule_and_only_that_one(example, rule, cell, file, edit):
    edit(example)
    findings = verify([Target(example.folder, "assignment")], static=True).findings
    assert {finding.rule for finding in findings} == {rule}
    assert findings[0].fix
    path = example.folder / file if file else example.notebook
    assert {finding.path for finding in findings} == {str(path)}
    if cell is not None:
        assert {finding.cell for finding in findings} == {cell}
        assert findings[0].number is not None


def test_a_version_released_from_an_older_source_is_found(example, course):
    released = course.root / "release" / "repeat" / "repeat.ipynb"
    released.parent.mkdir(parents=True)
    shutil.copy(example.notebook, released)
    report = verify([Target(example.folder, "assignment")], static=True, course=course)
    assert [finding.rule for finding in report.findings] == ["release-fresh"]


def test_a_version_that_kit_released_is_fresh_until_the_source_changes(example, course):
    publish_assignment(course, example.folder)
    targets = [Target(example.folder, "assignment")]
    assert verify(targets, static=True, course=course).ok
    example.edit(example.notebook, lambda cells, _: cells.append("title", "\nNew."))
    assert [each.rule for each in verify(targets, static=True, course=course).findings] == [
        "release-fresh"
    ]


def test_a_folder_without_its_contract_is_told_so(example):
    (example.folder / "assignment.yaml").unlink()
    findings = verify([Target(example.folder, "assignment")], static=True).findings
    assert [(each.rule, each.path) for each in findings] == [
        ("folder", str(example.folder / "assignment.yaml"))
    ]


def test_a_published_number_may_stand_in_a_hidden_test(example):
    def edit(cells, notebook):
        cells.replace(
            "test-repeats",
            "n, k = len(sample), 3",
            "n, k = len(sample), 3\n# Published: table 2 of the reference.\npublished = 0.40414518843",
        )

    example.edit(example.notebook, edit)
    assert verify([Target(example.folder, "assignment")], static=True).ok


def test_a_scratch_cell_before_a_written_answer_is_no_question(example):
    def edit(cells, notebook):
        metadata = {"schema_version": 3, "grade_id": "explore", "grade": False, "solution": True}
        metadata |= {"locked": False, "task": False}
        source = "### BEGIN SOLUTION\nprint(standard_error([1, 2, 2]))\n### END SOLUTION"
        cell = new_code_cell(source, id="explore", metadata={"nbgrader": metadata})
        cells.insert_after("contract-interpretation", cell)
        cells.insert_after("explore", new_markdown_cell("Now write.", id="now"))

    example.edit(example.notebook, edit)
    assert verify([Target(example.folder, "assignment")], static=True).ok


def test_every_static_rule_of_assignments_alone_has_one_that_breaks_it():
    tested = {parameters.values[0] for parameters in BREAKS} | {"release-fresh"}
    own = {
        rule.name for rule in rules_for("assignment", executes=False) if "lesson" not in rule.kinds
    }
    assert own <= tested
