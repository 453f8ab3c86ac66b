"""Marks of mentors: in the gradebook, on record, with a reason where one is due, never over another's."""

import threading

import pytest
from desk_examples import NAME, act, question
from grading_examples import open_gradebook
from sqlalchemy import text

from kit.desk.library import change_phrase, new_phrase
from kit.desk.marking import ReasonNeededError, answer_version, give_mark
from kit.desk.marks import ChangedError
from kit.errors import KitError
from kit.grading.grades import load_results


def in_nbgrader(classroom, student, key="why"):
    """What nbgrader's own class reads."""
    with open_gradebook(classroom.course) as gradebook:
        grade = gradebook.find_grade(key, NAME, NAME, student)
        comment = gradebook.find_comment(
            "hours" if key.startswith("test") else key, NAME, NAME, student
        )
        return grade.score, grade.manual_score, grade.needs_manual_grade, comment.comment


def test_a_mark_stands_in_nbgraders_gradebook_and_in_the_results(classroom):
    give_mark(classroom, act(classroom, "s-01", 2, own="Well seen."))
    assert in_nbgrader(classroom, "s-01") == (2.0, 2.0, False, "Well seen.")
    (result,) = [one for one in load_results(classroom.course, NAME) if one.student == "s-01"]
    assert [mark.points for mark in result.marks] == [1, 2, 2, None]
    room = classroom.room(NAME)
    assert room.results["s-01"].score == 5
    (entry,) = room.history("s-01", NAME, ("why",))
    assert (entry.mentor, entry.before, entry.after, entry.kind) == ("ana", None, 2, "mark")


def test_an_answer_that_changed_meanwhile_is_not_overwritten(classroom):
    old = answer_version(classroom.room(NAME), question(classroom), "s-01")
    give_mark(classroom, act(classroom, "s-01", 2, mentor="ana"))
    with pytest.raises(ChangedError):
        give_mark(classroom, act(classroom, "s-01", 0, mentor="ben", version=old, reason="r"))
    assert in_nbgrader(classroom, "s-01")[0] == 2
    assert len(classroom.room(NAME).records.log["s-01"]) == 1


def test_a_mark_given_in_the_formgrader_meanwhile_is_not_overwritten(classroom):
    old = answer_version(classroom.room(NAME), question(classroom), "s-01")
    with open_gradebook(classroom.course) as gradebook:
        gradebook.find_grade("why", NAME, NAME, "s-01").manual_score = 1.5
        gradebook.db.commit()
    with pytest.raises(ChangedError):
        give_mark(classroom, act(classroom, "s-01", 3, version=old))
    assert in_nbgrader(classroom, "s-01")[1] == 1.5


def test_of_two_at_the_same_moment_exactly_one_counts(classroom, course):
    from kit.desk.classroom import Classroom

    other = Classroom(course)
    students = ["s-01", "s-02", "s-03", "s-04"]
    acts = {
        (mentor, student): act(room, student, points, mentor=mentor)
        for mentor, room, points in (("ana", classroom, 1), ("ben", other, 3))
        for student in students
    }
    went, lost = [], []
    start = threading.Barrier(2)

    def work(mentor, room):
        start.wait()
        for student in students:
            try:
                give_mark(room, acts[mentor, student])
                went.append((mentor, student))
            except ChangedError:
                lost.append((mentor, student))

    threads = [
        threading.Thread(target=work, args=pair) for pair in (("ana", classroom), ("ben", other))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(went) == len(lost) == len(students)
    room = classroom.room(NAME)
    for mentor, student in went:
        (entry,) = room.history(student, NAME, ("why",))
        assert entry.mentor == mentor
        assert in_nbgrader(classroom, student)[1] == entry.after
    other.close()


def test_correcting_a_test_needs_a_reason_and_both_stay_on_record(classroom):
    with pytest.raises(ReasonNeededError):
        give_mark(classroom, act(classroom, "s-02", {"test-hidden": 2.0}, key="hours"))
    assert in_nbgrader(classroom, "s-02", "test-hidden")[1] is None
    right = {"test-hidden": 2.0}
    give_mark(
        classroom,
        act(classroom, "s-02", right, key="hours", reason="12.0 was allowed", own="Fine."),
    )
    assert in_nbgrader(classroom, "s-02", "test-hidden") == (2.0, 2.0, False, "Fine.")
    (entry,) = classroom.room(NAME).history("s-02", NAME, ("test-hidden",))
    assert (entry.automatic, entry.before, entry.after) == (0, 0, 2)
    assert entry.reason == "12.0 was allowed"


def test_a_mark_taken_back_is_the_graders_again(classroom):
    give_mark(classroom, act(classroom, "s-02", {"test-hidden": 2.0}, key="hours", reason="r"))
    give_mark(
        classroom,
        act(classroom, "s-02", {"test-hidden": None}, key="hours", reason="wrong after all"),
    )
    assert in_nbgrader(classroom, "s-02", "test-hidden")[:3] == (0.0, None, False)
    give_mark(classroom, act(classroom, "s-02", 1))
    give_mark(classroom, act(classroom, "s-02", {"why": None}))
    assert in_nbgrader(classroom, "s-02")[:3] == (0.0, None, True)
    assert "s-02" in classroom.room(NAME).waiting(question(classroom))


def test_ones_own_mark_may_be_changed_without_a_reason_that_of_another_not(classroom):
    give_mark(classroom, act(classroom, "s-01", 1))
    give_mark(classroom, act(classroom, "s-01", 2))
    with pytest.raises(ReasonNeededError):
        give_mark(classroom, act(classroom, "s-01", 3, mentor="ben"))
    give_mark(classroom, act(classroom, "s-01", 3, mentor="ben", reason="It names the Earth too."))
    assert [entry.after for entry in classroom.room(NAME).records.log["s-01"]] == [1, 2, 3]


@pytest.mark.parametrize("points", [-1, 3.5, float("nan"), float("inf")])
def test_impossible_points_change_nothing(classroom, points):
    with pytest.raises(KitError, match="can not be given"):
        give_mark(classroom, act(classroom, "s-01", points, own="x"))
    assert in_nbgrader(classroom, "s-01") == (0.0, None, True, None)


def test_a_cell_of_another_question_can_not_be_marked(classroom):
    with pytest.raises(KitError, match="no such mark"):
        give_mark(classroom, act(classroom, "s-01", {"where": 1.0}))


def test_when_the_gradebook_fails_nothing_is_on_record_either(classroom, monkeypatch):
    def fail(*_arguments, **_options):
        raise KitError("no space")

    monkeypatch.setattr(classroom.gradebook, "write_comment", fail)
    with pytest.raises(KitError, match="no space"):
        give_mark(classroom, act(classroom, "s-01", 2, own="x"))
    monkeypatch.undo()
    assert in_nbgrader(classroom, "s-01") == (0.0, None, True, None)
    assert classroom.room(NAME).records.log == {}


def test_a_reusable_comment_is_edited_once_and_changes_everywhere(classroom):
    number = new_phrase(
        classroom, classroom.room(NAME), question(classroom), "Name the Moon.", "ana"
    )
    for student in ("s-01", "s-02", "s-03"):
        give_mark(classroom, act(classroom, student, 1, phrases=[number], own=f"For {student}."))
    assert in_nbgrader(classroom, "s-02")[3] == "Name the Moon.\n\nFor s-02."
    with open_gradebook(classroom.course) as gradebook:
        gradebook.find_comment("why", NAME, NAME, "s-03").manual_comment = "by hand"
        gradebook.db.commit()
    room = classroom.room(NAME)
    done = change_phrase(
        classroom, room, question(classroom), number, "Name Moon and Earth.", version="1"
    )
    assert done == (2, 1)
    assert in_nbgrader(classroom, "s-01")[3] == "Name Moon and Earth.\n\nFor s-01."
    assert in_nbgrader(classroom, "s-03")[3] == "by hand"
    with pytest.raises(ChangedError):
        change_phrase(classroom, room, question(classroom), number, "Older.", version="1")


def test_a_comment_from_the_formgrader_becomes_ones_own_words(classroom):
    with open_gradebook(classroom.course) as gradebook:
        gradebook.find_comment("why", NAME, NAME, "s-01").manual_comment = "by hand"
        gradebook.db.commit()
    note = classroom.room(NAME).note(question(classroom), "s-01")
    assert (note.own, note.phrases) == ("by hand", ())
    give_mark(classroom, act(classroom, "s-01", 2))
    assert in_nbgrader(classroom, "s-01")[3] == "by hand"


def test_work_that_was_graded_again_comes_back_with_its_mark(classroom):
    give_mark(classroom, act(classroom, "s-01", 2))
    assert "s-01" not in classroom.room(NAME).waiting(question(classroom))
    from kit.grading.gradebook import write_gradebook

    with write_gradebook(classroom.course) as db:
        db.execute(text("UPDATE grade SET needs_manual_grade = 1 WHERE manual_score = 2"))
    room = classroom.room(NAME)
    assert room.changed_since(question(classroom), "s-01")
    give_mark(classroom, act(classroom, "s-01", 2))
    assert "s-01" not in classroom.room(NAME).waiting(question(classroom))
