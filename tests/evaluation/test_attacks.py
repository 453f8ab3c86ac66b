"""Attacks: exact where theory is exact, inside what is allowed, and equal to an independent library."""

import numpy as np
import pytest
import torch

from kit.evaluation.attacks import (
    attack_by_asking,
    attack_by_descent,
    attack_by_noise,
    attack_by_sign,
)
from kit.evaluation.models import as_model


def linear(seed=0, d=20):
    """A binary linear model with logits (−z, z)."""
    rng = np.random.default_rng(seed)
    weights = torch.as_tensor(rng.normal(size=d), dtype=torch.float32)
    rows = rng.normal(size=(400, d)).astype(np.float32)
    score = rows @ weights.numpy()
    labels = (score + rng.normal(size=400) > 0).astype(np.intp)
    return (lambda x: torch.stack([-(x @ weights), x @ weights], dim=1)), rows, labels, weights


@pytest.mark.parametrize("eps", [0.02, 0.05, 0.1, 0.2])
def test_on_a_linear_model_every_gradient_attack_is_the_closed_form(eps):
    logits, rows, labels, weights = linear()
    signed = (2 * labels - 1) * (rows @ weights.numpy())
    exact = float((signed > eps * weights.abs().sum().item()).mean())
    wide = (-1e6, 1e6)
    fgsm = attack_by_sign(logits, rows, labels, eps=eps, clip=wide)
    assert fgsm.right.mean() == exact
    for loss in ("cross_entropy", "margin"):
        pgd = attack_by_descent(
            logits, rows, labels, eps=eps, clip=wide, steps=10, restarts=2, loss=loss, seed=0
        )
        assert pgd.right.mean() == exact


def every_attack(network, digits, eps):
    model = as_model(network)
    rows, labels = digits.test[0][:200], digits.test[1][:200]
    rng = np.random.default_rng(0)
    settings = {"eps": eps, "clip": (0.0, 1.0)}
    steps = {"steps": 15, "restarts": 2, "seed": 0}
    return rows, {
        "noise": attack_by_noise(model.log_proba, rows, labels, rng=rng, **settings),
        "fgsm": attack_by_sign(model.logits, rows, labels, **settings),
        "pgd": attack_by_descent(
            model.logits, rows, labels, loss="cross_entropy", **settings, **steps
        ),
        "margin": attack_by_descent(model.logits, rows, labels, loss="margin", **settings, **steps),
        "asking": attack_by_asking(model.log_proba, rows, labels, queries=100, rng=rng, **settings),
    }


def test_no_attack_leaves_what_the_threat_allows(network, digits):
    rows, outcomes = every_attack(network, digits, 0.1)
    for name, outcome in outcomes.items():
        assert np.abs(outcome.inputs - rows).max() <= 0.1 + 1e-6, name
        assert outcome.inputs.min() >= 0, name
        assert outcome.inputs.max() <= 1, name


def test_what_an_attack_reports_as_broken_is_broken(network, digits):
    _rows, outcomes = every_attack(network, digits, 0.1)
    model = as_model(network)
    for name, outcome in outcomes.items():
        right = model.log_proba(outcome.inputs).argmax(axis=1) == digits.test[1][:200]
        assert np.array_equal(outcome.right.astype(bool), right), name


def test_descent_is_never_weaker_than_one_step_and_asking_beats_noise(network, digits):
    _rows, outcomes = every_attack(network, digits, 0.1)
    assert np.all(outcomes["pgd"].right <= outcomes["fgsm"].right)
    assert outcomes["asking"].right.mean() < outcomes["noise"].right.mean()


def test_unlimited_changes_leave_nothing(network, digits):
    _rows, outcomes = every_attack(network, digits, 1.0)
    assert outcomes["pgd"].right.mean() <= 0.02
    assert outcomes["margin"].right.mean() <= 0.02


def test_attacks_do_not_change_their_input(network, digits):
    before = digits.test[0].copy()
    every_attack(network, digits, 0.1)
    assert np.array_equal(before, digits.test[0])


@pytest.mark.filterwarnings(
    "ignore"
)  # The oracle is in maintenance mode and warns about its imports.
def test_an_independent_library_breaks_the_same_rows(network, digits):
    from art.attacks.evasion import FastGradientMethod
    from art.estimators.classification import PyTorchClassifier

    rows, labels = digits.test[0][:200], digits.test[1][:200]
    oracle = PyTorchClassifier(
        network, torch.nn.CrossEntropyLoss(), (64,), 10, clip_values=(0, 1), device_type="cpu"
    )
    theirs = FastGradientMethod(oracle, eps=0.1).generate(rows, labels)
    right = oracle.predict(theirs).argmax(axis=1) == labels
    ours = attack_by_sign(as_model(network).logits, rows, labels, eps=0.1, clip=(0.0, 1.0))
    assert np.array_equal(ours.right.astype(bool), right)
