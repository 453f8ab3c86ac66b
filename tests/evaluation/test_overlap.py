"""Shared rows: leaks are found, natural repetition is not taken for one."""

import numpy as np
import pytest
from sklearn.datasets import load_iris

from kit.evaluation.overlap import find_overlap


def test_one_copied_row_is_a_leak_where_nothing_repeats():
    rng = np.random.default_rng(0)
    pool = rng.normal(size=(300, 6))
    overlap = find_overlap(np.vstack([rng.normal(size=(99, 6)), pool[5]]), pool)
    assert overlap.count == 1
    assert overlap.leaks


@pytest.mark.parametrize("blur", [0, 1e-6, 1e-4])
def test_a_copy_is_found_through_rounding(blur):
    rng = np.random.default_rng(0)
    pool = rng.normal(size=(300, 6))
    copies = pool[:10] + blur * rng.normal(size=(10, 6))
    assert find_overlap(np.vstack([rng.normal(size=(90, 6)), copies]), pool).count == 10


@pytest.mark.parametrize("seed", range(10))
def test_honest_samples_of_a_table_that_repeats_itself_do_not_leak(seed):
    rng = np.random.default_rng(seed)
    table = rng.integers(0, 3, size=(600, 5)).astype(float)
    overlap = find_overlap(table[:200], table[200:])
    assert overlap.count > 50
    assert not overlap.leaks


def test_training_rows_copied_to_balance_classes_do_not_hide_a_leak():
    rng = np.random.default_rng(0)
    pool = np.repeat(rng.normal(size=(200, 6)), 3, axis=0)
    overlap = find_overlap(np.vstack([rng.normal(size=(170, 6)), pool[:90:3]]), pool)
    assert overlap.leaks


def test_honest_continuous_samples_share_nothing():
    rng = np.random.default_rng(0)
    assert find_overlap(rng.normal(size=(200, 8)), rng.normal(size=(500, 8))).count == 0


@pytest.mark.parametrize("seed", range(8))
def test_two_flowers_of_one_size_are_no_leak_and_eight_copied_ones_are(seed):
    rows = load_iris().data[np.random.default_rng(seed).permutation(150)]
    assert not find_overlap(rows[:50], rows[50:]).leaks
    assert find_overlap(np.vstack([rows[:42], rows[50:58]]), rows[50:]).leaks
