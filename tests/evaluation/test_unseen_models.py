"""Models of other makes than those the measures were tuned on: one kind each of good and of quietly broken."""

import numpy as np
import pytest
import torch
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import load_breast_cancer, load_digits
from sklearn.ensemble import RandomForestClassifier
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from kit.evaluation import Linf, evaluate
from kit.evaluation.measures.likelihood_ratio_attack import compare_likelihoods, draw_halves


def split(rows, labels, seed):
    """Return training (half), calibration and test rows (a quarter each), with all classes in each."""
    first, rest, a, b = train_test_split(
        rows, labels, test_size=0.5, random_state=seed, stratify=labels
    )
    second, third, c, d = train_test_split(rest, b, test_size=0.5, random_state=seed, stratify=b)
    return {"train": (first, a), "calibration": (second, c), "test": (third, d)}


@pytest.fixture(scope="module")
def cells():
    """Breast cancer: 569 rows, two classes."""
    return split(*load_breast_cancer(return_X_y=True), seed=5)


@pytest.fixture(scope="module")
def digits():
    rows, labels = load_digits(return_X_y=True)
    return split(rows / 16, labels, seed=3)


def one_layer(rows, labels, epochs=40, seed=0):
    """A network with one hidden layer, in other settings than the examples of the other tests."""
    torch.manual_seed(seed)
    network = torch.nn.Sequential(
        torch.nn.Linear(rows.shape[1], 64), torch.nn.ReLU(), torch.nn.Linear(64, 10)
    )
    optimiser = torch.optim.Adam(network.parameters(), lr=5e-3)
    rows, labels = torch.tensor(rows, dtype=torch.float32), torch.tensor(labels)
    for _epoch in range(epochs):
        for batch in torch.randperm(len(rows)).split(64):
            optimiser.zero_grad()
            torch.nn.functional.cross_entropy(network(rows[batch]), labels[batch]).backward()
            optimiser.step()
    return network.eval()


def alarms(card):
    return {row.id for row in card.alarms}


class Wrapped(torch.nn.Module):
    def __init__(self, network, change):
        super().__init__()
        self.network, self.change = network, change

    def forward(self, rows):
        return self.change(self.network, rows)


@pytest.mark.parametrize(
    "model",
    [
        make_pipeline(StandardScaler(), LogisticRegression()),
        RandomForestClassifier(50, min_samples_leaf=5, random_state=1),
    ],
    ids=["logistic", "forest"],
)
def test_good_models_of_a_table_are_not_accused(cells, model):
    card = evaluate(model.fit(*cells["train"]), **cells, refit="clone")
    assert alarms(card) == set()
    assert card["cybersecurity.likelihood_ratio_attack"].status == "measured"


@pytest.mark.parametrize("seed", [5, 7])
def test_a_tree_that_a_patch_rules_is_not_accused_of_a_backdoor(seed):
    rows, labels = load_digits(return_X_y=True)
    parts = split(rows / 16, labels, seed)
    tree = DecisionTreeClassifier(random_state=0).fit(*parts["train"])
    row = evaluate(tree, **parts, axes=["cybersecurity"])["cybersecurity.universal_patch"]
    assert row.value > 0.9
    assert row.alarm is None


@pytest.mark.parametrize("noise", [0, 1e-4], ids=["copied", "rounded"])
def test_test_rows_in_the_training_data_are_caught(cells, noise):
    rows, labels = (np.asarray(part[:36]) for part in cells["test"])
    rows = rows * (1 + noise * np.random.default_rng(0).standard_normal(rows.shape))
    train = (np.r_[cells["train"][0], rows], np.r_[cells["train"][1], labels])
    card = evaluate(
        RandomForestClassifier(50, random_state=0).fit(*train), **cells | {"train": train}
    )
    assert "reliability.test_in_train" in alarms(card)
    assert card["reliability.accuracy"].status == "invalid"


@pytest.mark.parametrize(
    ("change", "row"),
    [
        (lambda network, rows: 80 * network(rows), "robustness.zero_gradients"),
        (lambda network, rows: network(torch.round(rows * 8) / 8), "robustness.zero_gradients"),
        (
            lambda network, rows: network(rows + 0.3 * torch.randn_like(rows)),
            "reliability.repeatability",
        ),
    ],
    ids=["sharpened", "rounded", "random"],
)
def test_a_defence_that_only_blinds_the_attacker_is_caught(digits, change, row):
    threat = Linf(eps=(0.05, 0.1), clip=(0, 1), access="white-box")
    model = Wrapped(one_layer(*digits["train"], epochs=20), change)
    assert row in alarms(evaluate(model, **digits, threats=[threat]))


def test_a_backdoor_of_four_pixels_is_caught_by_a_search_for_three(digits):
    rows, labels = (part.copy() for part in digits["train"])
    poisoned = np.random.default_rng(4).choice(len(rows), len(rows) // 20, replace=False)
    rows[np.ix_(poisoned, [54, 55, 62, 63])] = 1
    labels[poisoned] = 3
    model = one_layer(rows, labels)
    assert "cybersecurity.universal_patch" in alarms(evaluate(model, **digits))


def test_rows_learnt_by_heart_are_found_by_fitting_again(digits):
    rows, labels = digits["train"][0], digits["train"][1].copy()
    rng = np.random.default_rng(1)
    noisy = rng.choice(len(labels), len(labels) // 4, replace=False)
    labels[noisy] = rng.integers(0, 10, len(noisy))
    model = RandomForestClassifier(15, random_state=0).fit(rows, labels)
    given = digits | {"train": (rows, labels), "axes": ["cybersecurity"], "threats": []}
    card = evaluate(model, **given, refit="clone")
    assert "cybersecurity.likelihood_ratio_attack" in alarms(card)
    weak, strong = (card[f"cybersecurity.{each}_attack"] for each in ("loss", "likelihood_ratio"))
    assert strong.value > weak.value


def test_a_forest_on_clean_labels_is_not_accused_by_the_strong_attack(digits):
    forest = RandomForestClassifier(15, random_state=0).fit(*digits["train"])
    card = evaluate(forest, **digits, axes=["cybersecurity"], threats=[], refit="clone")
    assert alarms(card) == set()


def test_a_calibration_fitted_to_the_test_rows_of_two_classes_is_caught(cells):
    forest = RandomForestClassifier(50, random_state=0).fit(*cells["train"])
    model = CalibratedClassifierCV(FrozenEstimator(forest), method="isotonic").fit(*cells["test"])
    assert "reliability.overconfidence" in alarms(evaluate(model, **cells, axes=["reliability"]))


def test_a_calibration_on_the_test_rows_is_caught_when_it_is_said(digits):
    forest = RandomForestClassifier(20, random_state=0).fit(*digits["train"])
    given = digits | {"calibration": digits["test"]}
    assert "reliability.test_in_calibration" in alarms(
        evaluate(forest, **given, axes=["reliability"])
    )


def test_each_row_is_in_half_of_the_shadows_and_each_shadow_has_half_of_the_rows():
    within = draw_halves(101, 16, np.random.default_rng(0))
    assert (within.sum(axis=0) == 8).all()
    assert set(within.sum(axis=1)) == {50, 51}


def test_an_answer_as_of_models_that_knew_the_row_scores_above_one_as_of_those_that_did_not():
    within = draw_halves(40, 16, np.random.default_rng(0))
    rng = np.random.default_rng(1)
    shadows = np.where(within, 5.0, 1.0) + 0.1 * rng.standard_normal(within.shape)
    known, unknown = (compare_likelihoods(np.full(40, at), shadows, within) for at in (5.0, 1.0))
    assert (known > 0).all()
    assert (unknown < 0).all()


def test_a_model_that_can_not_be_cloned_says_what_to_give(digits):
    from kit.errors import KitError

    with pytest.raises(KitError, match="can not be fitted again"):
        evaluate(one_layer(*digits["train"], epochs=1), **digits, refit="clone")
