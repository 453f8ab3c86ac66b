"""Item analysis: figures that were worked out by hand or by another library."""

import numpy as np
import pytest

from kit.grading.items import analyse_items, bin_scores, choose_groups, correlate, summarise
from kit.grading.results import CellMark, Result


def result(student, *points, status="graded", messages=None):
    marks = tuple(
        CellMark(f"q{n}", "test", value, 2.0, (messages or {}).get(n, ""), "nb")
        for n, value in enumerate(points, 1)
    )
    return Result("a", student, status, ".", marks)


def test_full_part_none_and_difficulty_are_counted():
    (item, _) = analyse_items(
        [result("a", 2, 2), result("b", 1, 2), result("c", 0, 2), result("d", 2, 2)]
    )
    assert (item.full, item.part, item.none, item.waiting, item.marked) == (2, 1, 1, 0, 4)
    assert item.difficulty == pytest.approx(5 / 8)


def test_discrimination_is_the_correlation_with_the_other_questions():
    rng = np.random.default_rng(7)
    points = rng.integers(0, 3, size=(30, 4)).astype(float)
    items = analyse_items([result(str(n), *row) for n, row in enumerate(points)])
    for column, item in enumerate(items):
        rest = points.sum(axis=1) - points[:, column]
        assert item.discrimination == pytest.approx(np.corrcoef(points[:, column], rest)[0, 1])


def test_a_question_that_all_solve_discriminates_nothing():
    items = analyse_items([result(str(n), 2, n % 3) for n in range(12)])
    assert [item.discrimination for item in items] == [None, None]


def test_few_submissions_give_no_discrimination():
    assert correlate([(float(n), float(n)) for n in range(9)]) is None


def test_what_failed_or_waits_is_not_counted_as_a_lost_question():
    items = analyse_items([result("a", 2), result("b", None), result("c", 0, status="failed")])
    assert (items[0].full, items[0].none, items[0].waiting, items[0].difficulty) == (1, 0, 1, 1.0)


def test_the_most_frequent_message_comes_from_those_who_lost_points():
    results = [
        result("a", 0, messages={1: "too large"}),
        result("b", 1, messages={1: "too large"}),
        result("c", 0, messages={1: "no answer"}),
        *(result(f"d{n}", 2, messages={1: "well done"}) for n in range(5)),
    ]
    (item,) = analyse_items(results)
    assert (item.message, item.message_count) == ("too large", 2)


def test_no_submission_at_all_is_no_error():
    assert analyse_items([]) == () and summarise([]) is None and bin_scores([], 0) == ()


@pytest.mark.parametrize(
    ("highest", "width", "count"),
    [(20, 2, 10), (15, 2, 8), (100, 10, 10), (7, 1, 7), (1, 0.1, 10), (2.5, 0.5, 5)],
)
def test_bars_have_bounds_that_are_easy_to_read(highest, width, count):
    bins = bin_scores([0, highest, highest / 2], highest)
    assert len(bins) == count and bins[0].high == pytest.approx(width) and bins[-1].high == highest
    assert sum(bin.n for bin in bins) == 3 and bins[-1].n >= 1


def test_a_score_on_a_bound_belongs_to_the_bar_above():
    assert [bin.n for bin in bin_scores([0.3, 0.3, 0.6, 0.7], 1)] == [0, 0, 0, 2, 0, 0, 1, 1, 0, 0]


def people(**sizes):
    return {f"{site}{n}": site for site, size in sizes.items() for n in range(size)}


@pytest.mark.parametrize(
    ("sizes", "shown"),
    [
        ({"Paris": 5, "Santiago": 20}, ["Paris", "Santiago"]),
        ({"Paris": 4, "Santiago": 20}, []),
        ({"Paris": 3, "Lima": 2, "Quito": 8, "Santiago": 20}, ["Quito", "Santiago"]),
        # Paris alone would follow from the rest, so Quito is left out with it; one group alone says nothing.
        ({"Paris": 3, "Quito": 8, "Santiago": 20}, []),
        ({"Paris": 3, "Lima": 9, "Quito": 8, "Santiago": 20}, ["Lima", "Santiago"]),
    ],
)
def test_no_number_can_be_computed_for_fewer_people_than_the_minimum(sizes, shown):
    groups = people(**sizes)
    assert list(choose_groups(groups, list(groups), min_group=5)) == shown


def test_students_without_a_group_count_as_left_out():
    groups = people(Paris=6, Santiago=6)
    assert choose_groups(groups, [*groups, "x"], min_group=5) == {}
