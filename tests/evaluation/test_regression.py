"""The card of a model of a quantity: errors in its units, skill against the mean, intervals, attacks."""

import numpy as np
import pytest
from sklearn.datasets import load_diabetes
from sklearn.dummy import DummyRegressor
from sklearn.linear_model import Ridge
from sklearn.metrics import mean_absolute_error, r2_score
from sklearn.model_selection import train_test_split
from sklearn.neighbors import KNeighborsRegressor

from kit.errors import KitError
from kit.evaluation import Card, Corruptions, evaluate


@pytest.fixture(scope="module")
def patients():
    """Diabetes: 442 rows, ten features, a score of how the disease went on."""
    rows, scores = load_diabetes(return_X_y=True, as_frame=True)
    first, rest, a, b = train_test_split(rows, scores, test_size=0.5, random_state=0)
    second, third, c, d = train_test_split(rest, b, test_size=0.6, random_state=0)
    return {"train": (first, a), "calibration": (second, c), "test": (third, d)}


@pytest.fixture(scope="module")
def card(patients):
    return evaluate(Ridge(0.1).fit(*patients["train"]), **patients)


def test_an_honest_model_of_a_quantity_is_not_accused(card):
    assert [row.id for row in card.alarms] == []
    assert card.facts["task"] == "regression"
    assert not any(row.id.startswith("reliability.accuracy") for row in card)


def test_errors_are_those_of_scikit_learn(card, patients):
    rows, scores = patients["test"]
    predicted = Ridge(0.1).fit(*patients["train"]).predict(rows)
    error = mean_absolute_error(scores, predicted)
    assert card["reliability.absolute_error"].value == pytest.approx(error, rel=1e-9)
    # scikit-learn compares with the mean of the test rows, which a model can not know.
    without = evaluate(Ridge(0.1).fit(*patients["train"]), test=patients["test"])
    assert without["reliability.skill"].value == pytest.approx(
        r2_score(scores, predicted), rel=1e-9
    )
    assert card["reliability.skill"].value > without["reliability.skill"].value


def test_always_saying_the_mean_has_no_skill_and_is_told_so(patients):
    model = DummyRegressor().fit(*patients["train"])
    row = evaluate(model, **patients, axes=["reliability"])["reliability.skill"]
    assert row.value == pytest.approx(0, abs=1e-12)
    assert "at least as good" in row.warnings[0].render()


def test_intervals_hold_the_truth_as_often_as_they_promise(card):
    row = card["reliability.interval_coverage"]
    assert row.low <= 0.9 <= row.high


def test_intervals_made_with_rows_that_the_model_learnt_are_caught(patients):
    model = KNeighborsRegressor(1).fit(*patients["train"])
    given = patients | {"calibration": patients["train"]}
    row = evaluate(model, **given, axes=["reliability"])["reliability.interval_coverage"]
    assert row.status == "invalid"
    assert row.alarm is not None


def test_rows_that_a_neighbour_has_learnt_by_heart_are_found(patients):
    model = KNeighborsRegressor(1).fit(*patients["train"])
    row = evaluate(model, **patients, axes=["cybersecurity"])["cybersecurity.error_attack"]
    assert row.value > 0.9
    assert "memorised" in row.alarm.render()


def test_a_stronger_damage_adds_more_error(card):
    weak, strong = (card[f"robustness.error_noise@{size}"].value for size in (1, 5))
    assert 0 <= abs(weak) < strong


def test_the_features_that_matter_are_named_with_the_error_they_save(card):
    first = card["transparency.error_without_feature@1"]
    assert first.name.values["feature"] in ("bmi", "s5", "s1")
    assert first.value > 0


def test_two_models_are_compared_row_by_row(patients):
    good, poor = (
        evaluate(model.fit(*patients["train"]), **patients, axes=["reliability"])
        for model in (Ridge(0.1), DummyRegressor())
    )
    compared = good.compare(poor)["reliability.absolute_error"]
    assert compared.better is True
    assert compared.p_adjusted < 0.01


def test_the_card_survives_its_file_and_is_written_in_three_languages(card, tmp_path):
    card.to_json(tmp_path / "card.json")
    again = Card.from_json(tmp_path / "card.json")
    assert [row.id for row in again] == [row.id for row in card]
    for language, word in (("en", "quantity"), ("fr", "grandeur"), ("es", "magnitud")):
        assert word in again.to_html(lang=language)
        assert word in again.to_markdown(lang=language)
    assert "tabular-regression" in card.to_markdown()


def test_a_network_and_a_function_of_a_quantity_say_so(patients):
    import torch

    torch.manual_seed(0)
    rows, scores = (np.asarray(part) for part in patients["test"])
    network = torch.nn.Linear(rows.shape[1], 1)
    module = evaluate(network, test=(rows, scores), output="numbers", axes=["reliability"])
    function = evaluate(
        lambda x: network(torch.tensor(x, dtype=torch.float32)).detach().numpy(),
        test=(rows, scores),
        output="numbers",
        axes=["reliability"],
    )
    key = "reliability.absolute_error"
    assert module[key].value == pytest.approx(function[key].value, rel=1e-6)


def test_a_model_that_answers_at_random_is_caught(patients):
    rng = np.random.default_rng(0)
    card = evaluate(
        lambda x: rng.normal(size=len(x)), test=patients["test"], output="numbers", threats=[]
    )
    assert {row.id for row in card.alarms} == {"reliability.number_repeatability"}


@pytest.mark.parametrize(
    ("labels", "message"),
    [(["a"] * 4, "is not a number"), ([1, 2, np.nan, 4], "1 rows is missing")],
)
def test_quantities_that_are_no_numbers_are_refused(labels, message):
    rows = np.arange(8.0).reshape(4, 2)
    with pytest.raises(KitError, match=message):
        evaluate(lambda x: x[:, 0], test=(rows, labels), output="numbers")


def test_damage_needs_no_threat_to_be_named(card):
    assert card["robustness.error_noise@3"].threat is not None
    assert Corruptions().kinds[0] in card["robustness.error_noise@3"].id
