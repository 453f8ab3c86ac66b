"""Every static rule for lessons finds the one place that breaks it, and no other rule speaks."""

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from kit.authoring.registry import rules_for
from kit.authoring.targets import Target
from kit.authoring.verify import verify

BREAKS = []


def breaks(rule, cell=None, line=None):
    """Register an edit of the valid lesson that breaks one rule in one place."""

    def register(edit):
        BREAKS.append(pytest.param(rule, cell, line, edit, id=f"{rule}-{edit.__name__}"))
        return edit

    return register


def text(identity, source, role="text", **kit):
    return new_markdown_cell(source, id=identity, metadata={"kit": {"role": role, **kit}})


def code(identity, source, role="code", **kit):
    return new_code_cell(source, id=identity, metadata={"kit": {"role": role, **kit}})


def kit(cells, identity):
    return cells[identity].metadata["kit"]


# shape


@breaks("cell-id", "why_empty")
def an_id_with_an_underscore(cells, notebook):
    cells["why-empty"].id = "why_empty"


@breaks("cell-id", "3f2a9c01")
def an_id_that_jupyter_made_up(cells, notebook):
    cells["why-empty"].id = "3f2a9c01"


@breaks("cell-id")
def a_cell_without_an_id(cells, notebook):
    del cells["why-empty"]["id"]


@breaks("cell-id")
def an_id_too_long_for_its_solution(cells, notebook):
    cells["why-empty"].id = "why-" + "very-" * 11 + "empty"


@breaks("kernel")
def a_kernel_of_the_authors_own(cells, notebook):
    notebook.metadata.kernelspec.name = "my-env"


@breaks("kernel")
def the_version_of_the_authors_python(cells, notebook):
    notebook.metadata.language_info.version = "3.11.7"


@breaks("no-outputs", "run-median")
def a_stored_output(cells, notebook):
    cells["run-median"].outputs = [new_output("stream", name="stdout", text="12.0\n")]


@breaks("no-outputs", "run-median")
def an_execution_count(cells, notebook):
    cells["run-median"].execution_count = 7


@breaks("cell-count")
def more_than_forty_cells(cells, notebook):
    for number in range(41 - len(notebook.cells)):
        cells.insert_after("why-empty", text(f"note-{number}", "Look again."))


# metadata


@breaks("lesson-metadata")
def an_unknown_level(cells, notebook):
    notebook.metadata.lesson.level = "hard"
    cells.replace("glance", "introductory", "hard")


@breaks("lesson-metadata")
def no_authors(cells, notebook):
    notebook.metadata.lesson.authors = []


@breaks("lesson-metadata")
def a_field_that_nobody_knows(cells, notebook):
    notebook.metadata.lesson.reviewers = ["Somebody"]


@breaks("title", "title")
def another_title_in_the_metadata(cells, notebook):
    notebook.metadata.lesson.title = "Median or mean"


@breaks("cell-metadata", "why-empty")
def an_unknown_role(cells, notebook):
    kit(cells, "why-empty")["role"] = "explanation"


@breaks("cell-metadata", "why-empty")
def no_role(cells, notebook):
    cells["why-empty"].metadata = {}


@breaks("cell-metadata", "why-empty")
def a_role_for_code_on_a_text(cells, notebook):
    kit(cells, "why-empty")["role"] = "code"


@breaks("cell-metadata", "make-middle")
def an_exercise_without_minutes(cells, notebook):
    del kit(cells, "make-middle")["minutes"]


@breaks("cell-metadata", "why-empty")
def an_objective_that_does_not_exist(cells, notebook):
    kit(cells, "why-empty")["objective"] = "O4"


# structure


@breaks("one-h1", "section-wrong", 1)
def a_second_h1(cells, notebook):
    cells.append("why-empty", "")
    cells["section-wrong"].source = "# Second\n\n" + cells["section-wrong"].source
    cells["section-wrong"].metadata["kit"]["role"] = "text"


@breaks("one-h1", "title", 1)
def a_title_without_a_sentence(cells, notebook):
    cells["title"].source = "# Mean or median"


@breaks("heading-order", "make-middle-contract", 1)
def a_heading_that_skips_a_level(cells, notebook):
    cells.replace("make-middle-contract", "### ", "#### ")


@breaks("roles", "glance")
def the_glance_after_the_objectives(cells, notebook):
    cells.move_after("glance", "objectives")


@breaks("roles", "run-median")
def an_exercise_before_the_run_cell(cells, notebook):
    cells.move_after("run-median", "check-middle")
    cells.move_after("reveal-median", "run-median")


@breaks("roles")
def no_agreement_table(cells, notebook):
    cells.remove("agreement")


@breaks("roles")
def an_earlier_lesson_is_needed_and_not_recalled(cells, notebook):
    notebook.metadata.lesson.prerequisites = ["demo/00-before"]


@breaks("roles", "again")
def two_lists_of_key_points(cells, notebook):
    cells.insert_after("keypoints", text("again", cells["keypoints"].source, role="keypoints"))


@breaks("predict-before-run", "run-wrong")
def a_run_cell_without_a_prediction(cells, notebook):
    cells.remove("predict-wrong")
    cells.remove("reveal-wrong")


@breaks("predict-before-run", "predict-wrong", 1)
def a_prediction_that_is_never_answered(cells, notebook):
    cells.remove("reveal-wrong")


@breaks("predict-before-run", "reveal-wrong", 1)
def a_reveal_without_a_prediction(cells, notebook):
    cells["reveal-wrong"].source += '\nreveal("p-lost", answer=0, because="It is so.")'
    cells["reveal-wrong"].source = "\n".join(reversed(cells["reveal-wrong"].source.splitlines()))


@breaks("section-opening", "section-wrong", 1)
def a_section_that_is_only_a_heading(cells, notebook):
    cells["section-wrong"].source = "## What does one wrong reading do?"


@breaks("glance", "glance")
def other_minutes_in_the_glance_cell(cells, notebook):
    cells.replace("glance", "30 minutes", "25 minutes")


@breaks("glance", "glance")
def data_that_the_glance_cell_does_not_name(cells, notebook):
    notebook.metadata.lesson.data[0]["name"] = "Pacific buoy archive"


# objectives


@breaks("objectives-listed", "objectives")
def an_objective_in_other_words(cells, notebook):
    cells.replace("objectives", "Compute the mean", "Calculate the mean")


@breaks("objectives-listed", "objectives")
def an_objective_that_is_not_listed(cells, notebook):
    cells["objectives"].source = cells["objectives"].source.rsplit("\n", 1)[0]


@breaks("objectives-covered")
def an_objective_that_no_exercise_practises(cells, notebook):
    kit(cells, "make-ratio")["objective"] = "O2"


@breaks("objectives-covered")
def an_objective_that_no_question_asks_about(cells, notebook):
    for identity in ("quiz-choose", "check-ratio"):
        kit(cells, identity)["objective"] = "O1"


@breaks("keypoints", "keypoints")
def a_key_point_too_many(cells, notebook):
    cells.append("keypoints", "- Numbers are useful.")


@breaks("further", "further")
def four_places_to_go_on(cells, notebook):
    for number in range(3):
        cells.append("further", f"- [Page number {number} on means](https://example.org/{number})")


# code


@breaks("code-parses", "run-median", 2)
def a_syntax_error(cells, notebook):
    cells.append("run-median", "")
    cells["run-median"].source = "median = 1\nmean ="


@breaks("imports-in-setup", "worked-mean", 3)
def an_import_in_a_worked_example(cells, notebook):
    cells.replace("worked-mean", "print(", "import math\nprint(")


@breaks("code-length", "worked-mean")
def a_worked_example_of_thirteen_lines(cells, notebook):
    cells["worked-mean"].source = "\n".join(f"x{n} = {n}" for n in range(13))


@breaks("no-network", "run-median", 1)
def a_shell_line(cells, notebook):
    cells["run-median"].source = "!pip install numpy\n" + cells["run-median"].source


@breaks("no-network", "setup", 3)
def an_import_that_opens_connections(cells, notebook):
    cells.replace("setup", "import numpy as np\n", "import numpy as np\nimport urllib.request\n")


@breaks("no-network", "run-median", 1)
def a_table_read_from_an_address(cells, notebook):
    address = "https://example.org/a.csv"
    cells["run-median"].source = f'table = np.loadtxt("{address}")\n' + cells["run-median"].source


@breaks("expected-error", "investigate-empty")
def an_expected_error_without_the_tag(cells, notebook):
    cells["investigate-empty"].metadata.tags = []


@breaks("expected-error", "investigate-empty")
def a_tag_without_an_expected_error(cells, notebook):
    del kit(cells, "investigate-empty")["expect_error"]


@breaks("expected-error", "investigate-empty")
def something_that_can_not_be_raised(cells, notebook):
    kit(cells, "investigate-empty")["expect_error"] = "print"


@breaks("begin", "setup", 6)
def the_id_of_another_lesson(cells, notebook):
    cells.replace("setup", "demo/01-means", "demo/02-other")


@breaks("begin", "setup", 6)
def no_seed(cells, notebook):
    cells.replace("setup", ", seed=2026", "")


# exercises


@breaks("solution-region", "make-middle", 1)
def an_exercise_without_a_solution(cells, notebook):
    cells["make-middle"].source = "def middle(values):\n    return sorted(values)[0]"


@breaks("solution-region", "make-middle", 3)
def a_mistyped_delimiter(cells, notebook):
    cells.replace("make-middle", "### BEGIN SOLUTION", "### Begin solution")
    cells.replace("make-middle", "    ### END SOLUTION", "")


@breaks("solution-region", "worked-mean", 1)
def a_solution_outside_an_exercise(cells, notebook):
    cells["worked-mean"].source = "### BEGIN SOLUTION\nmean = 12\n### END SOLUTION"


@breaks("hints", "hint-middle", 1)
def two_hints_in_place_of_three(cells, notebook):
    cells["hint-middle"].source = 'hint("make-middle", "Sort first.", "Take the middle.")'


@breaks("hints", "make-middle")
def a_difficult_exercise_without_hints(cells, notebook):
    cells.remove("hint-middle")


@breaks("hints", "hint-middle", 1)
def a_hint_after_the_check(cells, notebook):
    cells.move_after("hint-middle", "check-middle")


@breaks("exercise-check", "modify-shift")
def an_exercise_without_a_check(cells, notebook):
    cells.remove("check-shift")


@breaks("exercise-check", "check-other", 1)
def a_check_for_nothing(cells, notebook):
    source = 'with check("make-other"):\n    assert True, "Yes."'
    cells.insert_after("check-middle", code("check-other", source, role="check"))


@breaks("check-messages", "check-shift", 3)
def an_assert_without_a_message(cells, notebook):
    cells[
        "check-shift"
    ].source = 'with check("modify-shift"):\n    got = shift_of_mean(108, 6)\n    assert got == 18'


@breaks("exercise-minutes")
def exercises_longer_than_the_lesson(cells, notebook):
    kit(cells, "make-middle")["minutes"] = 25


# questions


@breaks("quiz-count", "quiz-median")
def two_questions(cells, notebook):
    cells.remove("quiz-choose")


@breaks("quiz-feedback", "quiz-median", 1)
def an_option_without_feedback(cells, notebook):
    cells.replace("quiz-median", '"This is the largest value."', '""')


@breaks("quiz-feedback", "quiz-median", 1)
def an_answer_that_is_no_option(cells, notebook):
    cells.replace("quiz-median", 'answer="2"', 'answer="two"')


@breaks("question-names", "quiz-wrong", 1)
def a_name_used_twice(cells, notebook):
    cells.replace("quiz-wrong", '"q-wrong"', '"q-median"')


@breaks("predict-options", "predict-wrong", 1)
def a_prediction_with_one_option(cells, notebook):
    cells.replace("predict-wrong", '"about 2 °C", "about 18 °C", "about 108 °C"', '"about 18 °C"')
    cells.replace("reveal-wrong", "answer=1", "answer=0")


@breaks("predict-options", "reveal-wrong", 1)
def an_answer_after_the_last_option(cells, notebook):
    cells.replace("reveal-wrong", "answer=1", "answer=3")


# figures


@breaks("alt-text", "run-scatter", 7)
def a_figure_without_alt_text(cells, notebook):
    lines = cells["run-scatter"].source.splitlines()
    cells["run-scatter"].source = "\n".join([*lines[:-1], "show(fig)"])


@breaks("alt-text", "run-scatter", 7)
def alt_text_that_says_nothing(cells, notebook):
    lines = cells["run-scatter"].source.splitlines()
    cells["run-scatter"].source = "\n".join([*lines[:-1], 'show(fig, alt="A figure.")'])


@breaks("alt-text", "why-empty", 3)
def an_image_without_alt_text(cells, notebook):
    cells.append("why-empty", "\n![](tank.png)")


@breaks("figure-shown", "run-scatter", 7)
def a_figure_that_pyplot_shows(cells, notebook):
    lines = cells["run-scatter"].source.splitlines()
    cells["run-scatter"].source = "\n".join([*lines[:-1], "plt.show()"])


@breaks("figure-shown", "run-scatter", 3)
def a_figure_that_nobody_shows(cells, notebook):
    cells["run-scatter"].source = "\n".join(cells["run-scatter"].source.splitlines()[:-1])


@breaks("figure-labels", "run-scatter", 3)
def an_axis_without_a_label(cells, notebook):
    cells.replace("run-scatter", 'xlabel="value (°C)", ', "")


@breaks("colours", "run-scatter")
def red_beside_green(cells, notebook):
    cells.replace("run-scatter", '["C0", "C1"]', '["red", "green"]')


@breaks("colours", "run-scatter", 4)
def a_rainbow(cells, notebook):
    cells.replace("run-scatter", 'color=["C0", "C1"]', 'cmap="jet"')


# wording


@breaks("sentence-length", "why-empty", 1)
def a_sentence_of_26_words(cells, notebook):
    cells["why-empty"].source = "The " + "very " * 23 + "long sentence."


@breaks("contractions", "section-wrong", 3)
def a_contraction(cells, notebook):
    cells.replace("section-wrong", "You see how", "You'll see how")


@breaks("contractions", "quiz-median", 6)
def a_contraction_inside_a_question(cells, notebook):
    cells.replace("quiz-median", "The median does not", "The median doesn’t")


@breaks("idioms", "why-empty", 1)
def an_idiom(cells, notebook):
    cells["why-empty"].source = "As a rule of thumb, look twice."


@breaks("acronyms", "why-empty", 1)
def an_acronym_that_nobody_expands(cells, notebook):
    cells["why-empty"].source = "The SST does not change here."


@breaks("placeholders", "why-empty", 1)
def a_text_still_to_be_written(cells, notebook):
    cells["why-empty"].source = "More about this later. [todo]"


@breaks("placeholders", "worked-mean", 1)
def a_comment_still_to_be_done(cells, notebook):
    cells.replace("worked-mean", "# The mean", "# TODO: the mean")


@breaks("placeholders")
def an_author_of_the_template(cells, notebook):
    notebook.metadata.lesson.authors = ["Name Surname"]


@breaks("link-text", "further", 3)
def a_link_called_here(cells, notebook):
    cells.replace("further", "NumPy's page on statistics functions", "here")


@breaks("link-text", "further", 3)
def an_address_in_the_text(cells, notebook):
    cells["further"].source = "## Go on\n\nRead https://numpy.org/doc and come back."


@pytest.mark.parametrize(("rule", "cell", "line", "edit"), BREAKS)
def test_one_edit_breaks_one_rule_and_only_that_one(example, rule, cell, line, edit):
    example.edit(example.lesson, edit)
    findings = verify([Target(example.lesson, "lesson")], static=True).findings
    assert {finding.rule for finding in findings} == {rule}
    assert findings[0].fix
    if cell is not None:
        assert [finding.cell for finding in findings] == [cell]
        assert findings[0].number is not None
    if line is not None:
        assert findings[0].line == line


# Two rules whose breach stands in course.yaml.
COURSE = {
    "another number of minutes": ("01-means: 30", "01-means: 35"),
    "a lesson that is not listed": ("- 01-means", "- 02-other"),
    "no summary": ("summary: Lessons on demo.", "summary: ''"),
}


@pytest.mark.parametrize("name", COURSE)
def test_course_yaml_must_agree(example, name):
    example.rewrite(example.course, *COURSE[name])
    findings = verify([Target(example.lesson, "lesson")], static=True).findings
    assert [(finding.rule, finding.path) for finding in findings] == [
        ("course-yaml", str(example.course))
    ]


def test_a_lesson_without_course_yaml_is_told_so(example):
    example.course.unlink()
    findings = verify([Target(example.lesson, "lesson")], static=True).findings
    assert [finding.rule for finding in findings] == ["course-yaml"]


def test_every_static_rule_for_lessons_has_a_lesson_that_breaks_it():
    tested = {parameters.values[0] for parameters in BREAKS} | {"course-yaml"}
    assert tested == {rule.name for rule in rules_for("lesson", executes=False)}


def test_what_is_allowed_is_not_reported(example):
    def edit(cells, notebook):
        cells["why-empty"].source = (
            "The sea surface temperature (SST) is measured by buoys. SST changes slowly.\n\n"
            "| a table | with a very long row that has many more words than a sentence may have, "
            "since nobody reads a table as one long sentence from its left to its right end |\n"
            "|---|---|\n\n"
            "```python\nlines = 'of code, however long they are, that nobody reads as one sentence of "
            "prose, because it is code and not prose'\n```\n\n"
            "- [Position: Don't Use the CLT](https://arxiv.org/abs/2503.01747) is a title.\n"
            "- The readings 11.8, 12.1, 12.0, 11.9, 12.2, 12.0, 11.8, 12.1, 12.0, 11.9, 12.2, 12.0, "
            "11.8, 12.1, 12.0, 11.9, 12.2, 12.0, 11.8, 12.1, 12.0, 11.9, 12.2 and 12.0 are numbers.\n"
            "- The learners' own answer stays, e.g. in `learner.json`. Use `it's` only in code."
        )
        cells.insert_after(
            "why-empty",
            code("draw-helper", "def draw(ax):\n    ax.set(title='T', xlabel='x', ylabel='y')"),
        )
        cells.insert_after(
            "draw-helper",
            code(
                "draw-with-helper",
                "fig, ax = plt.subplots()\ndraw(ax)\n"
                "show(fig, alt='An empty square with a title and two labels.')",
            ),
        )
        notebook.cells.append(
            text("for-mentors", "It's for mentors, who know the XYZ by heart.", role="mentor")
        )

    example.edit(example.lesson, edit)
    report = verify([Target(example.lesson, "lesson")], static=True)
    assert report.findings == ()


JUNK = [
    None,
    0,
    True,
    "",
    "x",
    [],
    ["a"],
    [None],
    {},
    {"a": 1},
    [{"id": 1}],
    "```",
    "$$ {{ | \n# x",
]


@pytest.mark.parametrize("junk", JUNK, ids=repr)
def test_whatever_an_author_writes_is_reported_and_raises_nothing(example, junk):
    def edit(cells, notebook):
        for name in list(notebook.metadata.lesson):
            notebook.metadata.lesson[name] = junk
        for identity in ("make-middle", "quiz-median", "run-scatter"):
            for name in list(kit(cells, identity)):
                kit(cells, identity)[name] = junk
        cells["why-empty"].metadata = {"kit": junk, "tags": [] if junk is None else ["x"]}
        cells["section-wrong"].source = str(junk)
        cells["worked-mean"].source = str(junk)
        notebook.metadata.kernelspec = {"name": "python3", "display_name": str(junk)}

    example.edit(example.lesson, edit)
    example.course.write_text(
        f"title: {junk}\norder: {junk!r}\nminutes: {junk!r}\n", encoding="utf-8"
    )
    findings = verify([Target(example.lesson, "lesson")], static=True).findings
    assert "lesson-metadata" in {finding.rule for finding in findings}


@pytest.mark.parametrize("junk", [value for value in JUNK if value not in ("", [])], ids=repr)
def test_junk_in_the_place_of_the_whole_table_raises_nothing(example, junk):
    def edit(cells, notebook):
        notebook.metadata.lesson = junk

    example.edit(example.lesson, edit)
    findings = verify([Target(example.lesson, "lesson")], static=True).findings
    assert "lesson-metadata" in {finding.rule for finding in findings}
