"""Models of any make behind one face, and clear words for what is none."""

import numpy as np
import pytest
import torch
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.svm import LinearSVC

from kit.errors import KitError
from kit.evaluation import evaluate
from kit.evaluation.models import as_model


def test_a_torch_module_gives_the_same_as_logits_and_as_probabilities(network, digits):
    both = torch.nn.Sequential(network, torch.nn.Softmax(dim=1))
    rows = digits.test[0][:50]
    assert np.allclose(as_model(network).proba(rows), as_model(both).proba(rows), atol=1e-6)


def test_a_torch_module_is_asked_in_evaluation_mode_and_left_as_it_was(network, digits):
    model = torch.nn.Sequential(torch.nn.Dropout(0.5), network).train()
    face = as_model(model)
    rows = digits.test[0][:50]
    assert np.array_equal(face.log_proba(rows), face.log_proba(rows))
    assert model.training


@pytest.mark.parametrize(
    ("model", "word"),
    [
        (LogisticRegression(), "not fitted"),
        (LinearRegression(), "no probabilities"),
        (LinearSVC(), "no probabilities"),
        ("a name", "not a model"),
    ],
)
def test_what_is_no_model_is_refused(model, word):
    with pytest.raises(KitError, match=word):
        as_model(model)


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (lambda x: np.ones(len(x)), "shape"),
        (lambda x: np.ones((len(x), 3)), "sum to 1"),
        (lambda x: np.full((len(x), 2), np.nan), "not finite"),
    ],
)
def test_a_callable_has_to_give_probabilities(answer, word):
    with pytest.raises(KitError, match=word):
        as_model(answer).proba(np.zeros((4, 2)))


def test_labels_may_be_words():
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(200, 3))
    labels = np.where(rows[:, 0] > 0, "warm", "cold")
    model = LogisticRegression().fit(rows[:100], labels[:100])
    card = evaluate(model, test=(rows[100:], labels[100:]), axes=["reliability"], threats=[])
    assert card["reliability.accuracy"].value == model.score(rows[100:], labels[100:])


@pytest.mark.parametrize(
    ("rows", "labels", "word"),
    [
        (np.zeros((4, 2)), np.array([0, 1, 2, 7]), "does not know"),
        (np.zeros((4, 2)), np.array([0, 1]), "2 labels"),
        (np.full((4, 2), np.nan), np.array([0, 1, 0, 1]), "missing or infinite"),
        (np.array([["a", "b"]] * 4), np.array([0, 1, 0, 1]), "not numbers"),
    ],
)
def test_rows_that_can_not_be_used_are_refused(rows, labels, word):
    def model(x):
        return np.full((len(x), 2), 0.5)

    with pytest.raises(KitError, match=word):
        evaluate(model, test=(rows, labels))
