"""Prediction sets are the textbook's, and coverage is held against what honest tables give."""

import numpy as np
from evaluation_examples import card_of

from kit.evaluation import evaluate
from kit.evaluation.measures.conformal import predict_sets
from kit.evaluation.models import Model
from kit.evaluation.subject import Rows, Subject


def table(seed, n_calibration=200, n_test=400, classes=5):
    """Rows that are their own logits, with labels drawn from them."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(scale=2, size=(n_calibration + n_test, classes))
    proba = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    labels = np.array([rng.choice(classes, p=row) for row in proba])
    return logits, labels, n_calibration


def softmax(logits):
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    return raised / raised.sum(axis=1, keepdims=True)


def test_sets_are_those_of_the_rank_rule():
    logits, labels, n = table(0)
    subject = Subject(
        model=Model(softmax, "m"),
        test=Rows(logits[n:], labels[n:]),
        calibration=Rows(logits[:n], labels[:n]),
        classes=tuple("abcde"),
    )
    scores = np.sort(1 - softmax(logits[:n])[np.arange(n), labels[:n]])
    threshold = scores[int(np.ceil((n + 1) * 0.9)) - 1]
    by_hand = 1 - softmax(logits[n:]) <= threshold
    assert np.array_equal(predict_sets(subject), by_hand)


def test_coverage_of_honest_tables_is_as_promised():
    inside = []
    for seed in range(25):
        logits, labels, n = table(seed)
        card = evaluate(
            softmax,
            test=(logits[n:], labels[n:]),
            calibration=(logits[:n], labels[:n]),
            axes=["reliability"],
            threats=[],
        )
        row = card["reliability.coverage"]
        assert row.status == "measured"
        inside.append(row.value)
    # The mean of 25 tables has a standard error of about .005.
    assert abs(np.mean(inside) - 0.9) < 0.02


def test_calibration_rows_that_were_trained_on_are_found(network, digits):
    card = card_of(network, digits, calibration=digits.train, axes=["reliability"], threats=[])
    assert card["reliability.calibration_in_train"].alarm is not None


def test_too_few_calibration_rows_give_no_sets(network, digits):
    few = digits.calibration[0][:8], digits.calibration[1][:8]
    card = card_of(network, digits, calibration=few, axes=["reliability"], threats=[])
    assert card["reliability.coverage"].status == "not_measured"
