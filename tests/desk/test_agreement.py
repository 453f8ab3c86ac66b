"""Agreement between mentors: the sample, weighted kappa and its interval."""

import random

import pytest
from desk_examples import NAME, act
from sklearn.metrics import cohen_kappa_score

from kit.desk.agreement import draw_sample, measure_agreement
from kit.desk.marking import give_mark


def test_kappa_is_that_of_scikit_learn():
    draw = random.Random(1)
    first = [draw.randrange(4) for _answer in range(60)]
    second = [min(3, max(0, one + draw.choice([-1, 0, 0, 0, 1]))) for one in first]
    found = measure_agreement(list(zip(first, second, strict=True)), [0, 1, 2, 3])
    assert found.kappa == pytest.approx(cohen_kappa_score(first, second, weights="quadratic"))
    assert found.low < found.kappa < found.high <= 1
    assert sum(map(sum, found.table)) == 60


def test_uneven_levels_weigh_by_their_points_not_by_their_rank():
    pairs = [(0, 0), (1, 4), (4, 4), (0, 1), (4, 1), (1, 1)] * 3
    by_points = measure_agreement(pairs).kappa
    assert by_points != pytest.approx(
        cohen_kappa_score(*zip(*pairs, strict=True), weights="quadratic")
    )


def test_where_all_marks_are_alike_there_is_no_kappa():
    found = measure_agreement([(2, 2)] * 5, [0, 1, 2])
    assert (found.same, found.kappa, found.low) == (1.0, None, None)


def test_perfect_agreement_is_one():
    assert measure_agreement([(0, 0), (3, 3), (1, 1)]).kappa == pytest.approx(1)


def test_the_sample_holds_only_what_others_marked_and_is_the_same_each_time(classroom):
    for student, mentor in (("s-01", "ana"), ("s-02", "ana"), ("s-03", "ben")):
        give_mark(classroom, act(classroom, student, 1, mentor=mentor))
    room = classroom.room(NAME)
    why = room.question(NAME, "why")
    assert {one[0] for one in draw_sample(room, why, "ben")} == {"s-01", "s-02"}
    assert draw_sample(room, why, "cleo", 2) == draw_sample(room, why, "cleo", 2)
    assert [one[1:] for one in draw_sample(room, why, "ana")] == [(1.0, "ben")]
