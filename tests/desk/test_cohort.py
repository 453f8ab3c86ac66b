"""The class in figures: questions, signs of falling behind, and nothing on small groups."""

import json

import pytest
from desk_examples import NAME, act, multiply

from kit.desk.cohort import analyse_questions, find_trends, measure_time, read_minutes
from kit.desk.marking import give_mark


def test_a_question_is_its_tests_together(classroom):
    hours, why, _where = analyse_questions(classroom.room(NAME))
    assert (hours.full, hours.part, hours.none, hours.waiting) == (3, 0, 3, 0)
    assert hours.difficulty == pytest.approx(3 * 3 / (6 * 3))
    assert (why.marked, why.waiting) == (1, 5)
    assert hours.discrimination is None


def test_discrimination_needs_ten_marks(classroom):
    multiply(classroom.course, 12)
    for number, student in enumerate(classroom.room(NAME).students):
        if student.startswith(("s-01", "s-02", "t-")):
            give_mark(classroom, act(classroom, student, number % 4))
    hours, why, _where = analyse_questions(classroom.room(NAME))
    assert why.marked >= 10
    assert -1 <= why.discrimination <= 1
    assert -1 <= hours.discrimination <= 1


def test_who_is_missing_low_or_failed_is_a_sign(classroom):
    room = classroom.room(NAME)
    found = {
        trend.student: trend.reasons for trend in find_trends([room], list(room.people.groups))
    }
    assert found["s-99"] == ("missing",)
    assert found["s-07"] == ("failed",)
    assert found["s-05"] == ("low",)
    assert "s-01" not in found


def test_a_drop_against_ones_own_work_is_a_sign(classroom):
    from dataclasses import replace

    room = classroom.room(NAME)
    worse = replace(room, results={"s-01": replace(room.results["s-01"], score=1.8)})
    (trend,) = find_trends([replace(room, results={"s-01": room.results["s-01"]}), worse], [])
    assert trend.shares == (1.0, pytest.approx(0.6))
    assert trend.reasons == ("drop",)


def test_time_is_shown_only_where_enough_people_shared_it(classroom):
    room = classroom.room(NAME)
    shared = {f"p{n}": {"why": 10.0 + n} for n in range(4)}
    assert measure_time(room, shared, min_group=5) == ()
    (one,) = measure_time(room, {**shared, "p9": {"why": 60, "hours": 5}}, min_group=5)
    assert (one.question.key, one.n, one.median) == ("why", 5, 12.0)


@pytest.mark.parametrize(
    "text",
    [
        "no json",
        "[1]",
        '{"minutes": 3}',
        '{"minutes": {"why": "12"}}',
        '{"minutes": {"why": NaN}}',
        '{"minutes": {"why": -1}}',
        '{"minutes": {"why": true}}',
        "[" * 50_000,
    ],
)
def test_a_file_of_times_that_is_none_says_nothing(tmp_path, text):
    (tmp_path / "time-on-task.json").write_text(text)
    assert read_minutes(tmp_path) == {}


def test_a_file_of_times_is_read(tmp_path):
    (tmp_path / "time-on-task.json").write_text(json.dumps({"minutes": {"why": 12.5}}))
    assert read_minutes(tmp_path) == {"why": 12.5}
