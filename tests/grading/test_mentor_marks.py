"""Marks that mentors gave by hand, from a gradebook that nbgrader itself wrote."""

import pytest
from grading_examples import doubles, open_gradebook

from kit.errors import KitError
from kit.grading.assignment import LatePolicy
from kit.grading.course import load_course
from kit.grading.grade import make_master
from kit.grading.mentor_marks import MentorMark, read_mentor_marks, with_mentor_marks
from kit.grading.registration import register_assignment
from kit.grading.results import CellMark, Result
from kit.grading.writer import Entry, write_results

MARKS = (
    CellMark("test-visible", "test", 1.0, 1.0, "", "doubles"),
    CellMark("test-hidden", "test", 0.0, 2.0, "A hidden test failed.", "doubles", hidden=True),
    CellMark("why", "written", None, 2.0, "A mentor marks this answer.", "doubles"),
)


def result(**more):
    return Result(
        "ps", "intern-07", "graded", "Graded.", MARKS, **{"score": 1.0, "max_score": 5.0, **more}
    )


@pytest.fixture
def course(tmp_path):
    (tmp_path / "source").mkdir()
    return load_course(tmp_path)


def test_a_course_without_a_gradebook_has_no_marks_of_mentors(course):
    assert read_mentor_marks(course, "ps") == {}


def test_points_extra_credit_and_comments_given_in_the_gradebook_are_read(course):
    register_assignment(course, "ps", [make_master(doubles(), name="doubles")])
    write_results(course, "ps", [Entry(result(), LatePolicy())])
    with open_gradebook(course) as gradebook:
        grade = gradebook.find_grade("why", "doubles", "ps", "intern-07")
        grade.manual_score, grade.extra_credit = 1.5, 0.25
        comment = gradebook.find_comment("why", "doubles", "ps", "intern-07")
        comment.manual_comment = "Say which number."
        gradebook.db.commit()

    marks = read_mentor_marks(course, "ps")

    assert marks == {"intern-07": {("doubles", "why"): MentorMark(1.5, 0.25, "Say which number.")}}
    assert read_mentor_marks(course, "other") == {}


def test_a_damaged_gradebook_is_named(course):
    (course.root / "gradebook.db").write_text(
        "not a database, but long enough to be read as one" * 9
    )
    with pytest.raises(KitError, match=r"gradebook\.db: this gradebook can not be read"):
        read_mentor_marks(course, "ps")


def test_the_points_of_a_mentor_take_the_place_of_the_graders():
    marked = with_mentor_marks(
        result(),
        {("doubles", "why"): MentorMark(1.5, 0.25), ("doubles", "test-hidden"): MentorMark(2.0)},
    )
    assert marked.score == 1 + 2 + 1.5 + 0.25
    assert [mark.points for mark in marked.marks] == [1.0, 2.0, 1.5]
    assert not marked.needs_mentor
    assert marked.outcome == "Graded: 4.75 of 5 points."
    assert marked.marks[1].message == ""


def test_extra_credit_counts_only_on_top_of_a_mark():
    assert with_mentor_marks(result(), {("doubles", "why"): MentorMark(extra=1.0)}).score == 1.0
    assert (
        with_mentor_marks(result(), {("doubles", "test-visible"): MentorMark(extra=1.0)}).score
        == 2.0
    )


def test_the_late_share_is_taken_off_the_new_sum():
    late = result(score=0.8, penalty=0.2, late_seconds=90_000.0, evidence={"late": {"share": 0.2}})
    marked = with_mentor_marks(late, {("doubles", "why"): MentorMark(2.0)})
    assert (marked.score, marked.penalty) == pytest.approx((2.4, 0.6))


def test_a_failed_submission_stays_failed():
    failed = Result("ps", "intern-07", "failed", "No notebook.")
    assert with_mentor_marks(failed, {("doubles", "why"): MentorMark(2.0)}) is failed
