"""Single measures: identities, library twins, what is refused and what is left out."""

import numpy as np
import pytest
from evaluation_examples import card_of
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, brier_score_loss, log_loss

from kit.errors import KitError
from kit.evaluation import Corruptions, Linf, Patch, evaluate
from kit.evaluation.measures import all_measures
from kit.evaluation.membership import stable_confidence


def test_reliability_rows_are_those_of_scikit_learn(network, digits, good_card):
    import torch

    with torch.no_grad():
        proba = network(torch.as_tensor(digits.test[0])).double().softmax(dim=1).numpy()
    labels = digits.test[1]
    assert good_card["reliability.accuracy"].value == accuracy_score(labels, proba.argmax(axis=1))
    assert good_card["reliability.log_loss"].value == pytest.approx(
        log_loss(labels, proba), rel=1e-9
    )
    twin = brier_score_loss(labels, proba, scale_by_half=False)
    assert good_card["reliability.brier"].value == pytest.approx(twin, rel=1e-9)


def test_the_gap_attack_is_the_identity_of_yeom(network, digits, good_card):
    from kit.evaluation.models import as_model

    model = as_model(network)
    members = model.log_proba(digits.train[0]).argmax(axis=1) == digits.train[1]
    others = model.log_proba(digits.test[0]).argmax(axis=1) == digits.test[1]
    guess = (members.mean() + (1 - others.mean())) / 2  # right on members, right to reject others
    assert good_card["cybersecurity.gap_attack"].value == pytest.approx(guess, abs=1e-12)


def test_a_false_positive_rate_finer_than_the_test_rows_is_refused(network, digits):
    card = card_of(network, digits, fpr=0.001, axes=["cybersecurity"], threats=[])
    row = card["cybersecurity.loss_attack"]
    assert (row.status, row.value) == ("not_measured", None)
    assert "540 test rows" in row.reason.render()


def test_confidence_stays_apart_where_a_probability_rounds_to_one():
    logs = np.array([[-1e-20, -45.0], [-1e-22, -50.0]])
    assert np.diff(stable_confidence(logs, np.array([0, 0]))) == pytest.approx([5.0])


def test_group_rows_are_those_of_fairlearn(network, digits):
    from fairlearn.metrics import MetricFrame

    from kit.evaluation.models import as_model

    groups = np.where(digits.test[1] < 5, "low", "high")
    card = card_of(network, digits, sensitive=groups, axes=["transparency"], threats=[])
    predicted = as_model(network).log_proba(digits.test[0]).argmax(axis=1)
    frame = MetricFrame(
        metrics=accuracy_score, y_true=digits.test[1], y_pred=predicted, sensitive_features=groups
    )
    assert card["transparency.group_gap"].value == pytest.approx(frame.difference())
    assert card["transparency.group_accuracy@low"].value == pytest.approx(frame.by_group["low"])


def test_clusters_widen_the_interval_of_a_model_that_fails_by_cluster():
    rng = np.random.default_rng(0)
    clusters = np.repeat(np.arange(20), 25)
    labels = rng.integers(0, 2, 500)
    wrong = np.isin(clusters, [1, 4, 9])
    rows = np.column_stack([np.where(wrong, 1 - labels, labels), rng.normal(size=500)])

    def model(x):
        p = np.clip(x[:, 0], 0.1, 0.9)
        return np.column_stack([1 - p, p])

    settings = {"axes": ["reliability"], "threats": []}
    alone = evaluate(model, test=(rows, labels), **settings)["reliability.accuracy"]
    together = evaluate(model, test=(rows, labels), clusters=clusters, **settings)[
        "reliability.accuracy"
    ]
    assert alone.value == together.value == pytest.approx(0.85)
    assert together.clusters == 20
    assert together.high - together.low > 3 * (alone.high - alone.low)


def test_a_model_without_gradients_is_asked_instead(digits):
    model = LogisticRegression(max_iter=500).fit(*digits.train)
    attack = Linf(eps=(0.1,), clip=(0, 1), access="white-box", queries=60)
    card = card_of(model, digits, threats=[attack], axes=["robustness"])
    assert card["robustness.pgd_linf"].reason.render() == "This model gives no gradient."
    row = card["robustness.random_search_linf@0.1"]
    assert (row.status, row.bound) == ("measured", "upper")
    assert "60 questions" in row.assumptions[0].render()


def test_a_black_box_threat_never_uses_a_gradient(network, digits):
    attack = Linf(eps=(0.1,), clip=(0, 1), access="black-box", queries=30)
    card = card_of(network, digits, threats=[attack], axes=["robustness"])
    assert card["robustness.pgd_linf"].status == "not_measured"
    assert "pgd" not in card["robustness.worst_linf@0.1,black-box"].assumptions[0].render()


def test_damage_costs_what_accuracy_on_damaged_rows_says(network, digits):
    from kit.evaluation.damage import damage_rows
    from kit.evaluation.models import as_model

    settings = Corruptions(kinds=("contrast",), severities=(5,), clip=(0, 1))
    card = card_of(network, digits, threats=[settings], axes=["robustness"])
    damaged = damage_rows(digits.test[0], "contrast", 5, settings, np.random.default_rng(0))
    model = as_model(network)
    after = model.log_proba(damaged).argmax(axis=1) == digits.test[1]
    before = model.log_proba(digits.test[0]).argmax(axis=1) == digits.test[1]
    assert card["robustness.contrast@5"].value == pytest.approx(after.mean() - before.mean())


def test_named_features_matter_more_than_random_ones(good_card):
    assert good_card["transparency.deletion"].low > 0.3


def test_shuffling_finds_the_only_feature_that_matters():
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(400, 6))
    labels = (rows[:, 4] > 0).astype(int)
    model = RandomForestClassifier(30, random_state=0).fit(rows[:200], labels[:200])
    card = evaluate(model, test=(rows[200:], labels[200:]), axes=["transparency"], threats=[])
    row = card["transparency.permutation@1"]
    assert row.name.values["feature"] == "4"
    assert row.low > 0.3


def test_a_spent_budget_leaves_rows_that_say_so(network, digits):
    card = card_of(network, digits, budget_s=0)
    reasons = {row.reason.render() for row in card}
    assert all(row.status == "not_measured" for row in card)
    assert "The time budget was spent before this measure." in reasons


def test_every_measure_gives_a_row_whatever_is_missing(digits):
    model = LogisticRegression(max_iter=200).fit(digits.train[0][:200], digits.train[1][:200])
    card = evaluate(model, test=digits.test, threats=[])
    for measure in all_measures():
        if "classification" not in measure.tasks:
            continue
        assert any(row.id.split("@")[0].startswith(measure.id) for row in card), measure.id
    assert all(row.reason is not None for row in card if row.status == "not_measured")


@pytest.mark.parametrize(
    ("make", "word"),
    [
        (lambda: Linf(eps=(0.1,), clip=(1, 0), access="white-box"), "clip"),
        (lambda: Linf(eps=(2.0,), clip=(0, 1), access="white-box"), "larger than the whole range"),
        (lambda: Linf(eps=(0.1,), clip=(0, 1), access="grey"), "access"),
        (lambda: Corruptions(kinds=("fog",)), "fog"),
        (lambda: Corruptions(kinds=("blur",)), "image_shape"),
        (lambda: Patch(features=0), "at least one"),
    ],
)
def test_a_threat_without_its_conditions_is_refused(make, word):
    with pytest.raises(KitError, match=word):
        make()


def test_a_threat_can_not_leave_out_range_or_access():
    with pytest.raises(TypeError):
        Linf(eps=(0.1,))  # type: ignore[call-arg]


def test_no_interval_shrinks_to_nothing_where_all_rows_are_alike():
    rows = np.zeros((50, 3))
    labels = np.r_[np.ones(50, dtype=int)]
    card = evaluate(lambda x: np.tile([0.0, 1.0], (len(x), 1)), test=(rows, labels), threats=[])
    for row in card:
        if row.status != "not_measured":
            assert row.low < row.high, row.id


def test_the_measure_of_the_guide_works_as_it_stands_there(network, digits, monkeypatch):
    from pathlib import Path

    from kit.evaluation import measures

    guide = Path(__file__).parents[2] / "docs" / "evaluation-card.md"
    code = guide.read_text(encoding="utf-8").split("## Add a measure")[1].split("```")[1]
    monkeypatch.setattr(measures, "_REGISTRY", dict(measures._REGISTRY))
    exec(code.removeprefix("python\n"), {})
    card = card_of(network, digits, train=digits.test, axes=["reliability"], threats=[])
    row = card["reliability.top2"]
    assert row.value >= card["reliability.accuracy"].value
    assert row.status == "invalid"  # The test rows were given as training rows.


def test_the_interval_of_a_loss_stays_above_zero_with_few_clusters(network, digits):
    card = card_of(
        network,
        digits,
        clusters=np.arange(len(digits.test[1])) * 3 // len(digits.test[1]),
        axes=["reliability"],
        threats=[],
    )
    for id in ("log_loss", "brier", "set_size"):
        assert 0 <= card[f"reliability.{id}"].low <= card[f"reliability.{id}"].value


@pytest.mark.filterwarnings("error")
def test_a_baseline_that_guesses_is_evaluated_like_any_model(digits):
    card = card_of(lambda rows: np.full((len(rows), 10), 0.1), digits, axes=["reliability"])
    assert card["reliability.log_loss"].value == pytest.approx(np.log(10))
    easier = card["reliability.test_against_calibration"]
    assert (easier.value, easier.alarm) == (0, None)
    assert all(np.isfinite([row.low, row.high]).all() for row in card if row.value is not None)


def test_an_evaluation_does_not_draw_from_the_generator_of_its_caller(digits):
    forest = RandomForestClassifier(5, random_state=0).fit(*digits.train)
    np.random.seed(5)
    wanted = np.random.random()
    np.random.seed(5)
    card_of(forest, digits, axes=["reliability"], threats=[])
    assert np.random.random() == wanted
