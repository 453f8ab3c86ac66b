"""Rubrics as authors write them: a table of levels, or a heading for each."""

from pathlib import Path

import pytest
from desk_examples import RUBRIC

from kit.desk.rubric import read_rubric

ASSIGNMENTS = Path(__file__).parents[2] / "assignments"


def test_a_table_gives_points_anchor_and_example_of_each_level():
    rubric = read_rubric(RUBRIC, "why", 3)
    assert [level.points for level in rubric.levels] == [0, 1, 2, 3]
    assert rubric.levels[2].anchor == "It says that the Moon moves."
    assert rubric.levels[2].example == '"The Moon moves."'
    assert rubric.notes.endswith("The Sun is no part of this.")
    assert rubric.general == "Read it twice."
    assert "And on Mars?" in rubric.talk


def test_headings_give_the_same_and_levels_without_points_share_them():
    levels = [
        f"### Level {n}: {text}.\n> {text}\n" for n, text in enumerate(("None", "Half", "All"))
    ]
    text = "\n".join(["## Cell `why`", *levels, "More."])
    rubric = read_rubric(text, "why", 3)
    assert [(one.points, one.anchor, one.example) for one in rubric.levels] == [
        (0, "None.", "None"),
        (1.5, "Half.", "Half"),
        (3, "All.", "All"),
    ]
    assert rubric.notes == "More."


def test_no_level_gives_more_than_the_answer_is_worth():
    assert (
        read_rubric("## why\n| 0 | 0 | None. | |\n| 1 | 9 | All. | |", "why", 2).levels[1].points
        == 2
    )


def test_another_key_that_begins_alike_is_not_meant():
    assert read_rubric("## why-not\n| 0 | 0 | None. | |", "why", 2).levels == ()


@pytest.mark.parametrize(
    "path", sorted(ASSIGNMENTS.glob("*/rubric.md")), ids=lambda path: path.parent.name
)
def test_every_rubric_of_ours_has_four_levels_for_a_written_answer(path):
    from kit.desk.questions import find_questions
    from kit.notebooks import read_notebook

    source = read_notebook(path.parent / f"{path.parent.name}.ipynb")
    questions = find_questions(source, name="x", rubric=path.read_text(encoding="utf-8"))
    written = [one for one in questions if one.needs_mentor and one.kind == "written"]
    assert written
    for question in written:
        assert len(question.rubric.levels) == 4, question.key
        assert all(level.anchor for level in question.rubric.levels)
        assert question.rubric.levels[-1].points == question.max_points
