"""Calibration error: its bins, its noise floor, and what both forgive."""

import numpy as np
import pytest

from kit.evaluation.calibration import (
    bin_confidence,
    bin_index,
    draw_null_errors,
    expected_null_error,
)
from kit.evaluation.measures.calibration_error import measure_calibration_error
from kit.evaluation.measures.overconfidence import measure_overconfidence
from kit.evaluation.models import Model
from kit.evaluation.subject import Rows, Subject


def softmax(logits):
    raised = np.exp(logits)
    return raised / raised.sum(axis=1, keepdims=True)


def test_fifteen_bins_are_fifteen_and_close_at_the_right():
    edges = np.linspace(0, 1, 16)
    assert bin_index(edges[1:], 15).tolist() == list(range(15))
    assert bin_index(np.array([0.0]), 15).tolist() == [0]


def test_full_confidence_counts():
    found = bin_confidence(np.ones(10), np.r_[np.ones(7), np.zeros(3)])
    assert found.error == pytest.approx(0.3)


def test_order_does_not_matter():
    rng = np.random.default_rng(0)
    confidence = rng.uniform(0.1, 1, 500)
    right = (rng.random(500) < confidence).astype(float)
    order = rng.permutation(500)
    assert bin_confidence(confidence, right).error == pytest.approx(
        bin_confidence(confidence[order], right[order]).error, abs=1e-12
    )


@pytest.mark.parametrize(("n", "bins", "simulated"), [(1000, 15, 0.0381), (300, 15, 0.0694)])
def test_the_noise_floor_is_as_published_and_as_theory_says(n, bins, simulated):
    rng = np.random.default_rng(0)
    confidence = rng.uniform(0, 1, n)
    null = draw_null_errors(confidence, rng, bins=bins)
    spread = null.std() / np.sqrt(null.size)
    found = bin_confidence(confidence, np.zeros(n), bins=bins)
    theory = expected_null_error(found.counts, found.confidence)
    assert null.mean() == pytest.approx(theory, abs=0.0015 + 4 * spread)
    # Which confidences are drawn moves the floor by about 2 %.
    assert null.mean() == pytest.approx(simulated, rel=0.05)


def test_the_error_of_a_perfect_model_is_a_draw_from_its_null():
    rng = np.random.default_rng(1)
    below = 0
    for _draw in range(200):
        confidence = rng.beta(5, 1, 300)
        right = (rng.random(300) < confidence).astype(float)
        null = draw_null_errors(confidence, rng, draws=200)
        below += bin_confidence(confidence, right).error <= np.quantile(null, 0.95)
    assert below / 200 == pytest.approx(0.95, abs=0.047)  # three standard errors


def test_honest_probabilities_match_their_rows_too_well_only_by_rare_chance():
    rng = np.random.default_rng(0)
    accused = invalid = 0
    for _draw in range(150):
        logits = rng.normal(scale=2, size=(200, 4))
        labels = np.array([rng.choice(4, p=row) for row in softmax(logits)])
        subject = Subject(Model(softmax, "calibrated"), Rows(logits, labels), tuple("abcd"))
        rows = [*measure_calibration_error(subject), *measure_overconfidence(subject)]
        accused += sum(row.alarm is not None for row in rows)
        invalid += rows[0].status == "invalid"
    # Three self-tests at .002 and .001: under one in 150 is expected, and four are a chance of about .005.
    assert accused <= 3
    # At its own noise floor 19 of 20 honest tables give no evidence.
    assert invalid / 150 == pytest.approx(0.95, abs=0.054)
