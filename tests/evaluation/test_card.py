"""The card as data: written, read, compared, and the same each time."""

import json

import numpy as np
import pytest
import yaml
from evaluation_examples import card_of, fit_network

from kit.errors import KitError
from kit.evaluation.card import SCHEMA_PATH, Card, check_schema
from kit.evaluation.crosswalk import PLACES
from kit.evaluation.views.markdown import model_index


def test_a_card_survives_being_written_and_read(good_card, tmp_path):
    path = tmp_path / "card.json"
    good_card.to_json(path)
    again = Card.from_json(path)
    assert again.to_dict() == json.loads(path.read_text(encoding="utf-8"))
    assert [row.id for row in again] == [row.id for row in good_card]
    assert Card.from_dict(again.to_dict()).to_dict() == again.to_dict()


def test_the_schema_is_one_and_every_card_keeps_it(good_card):
    import jsonschema

    schema = json.loads(SCHEMA_PATH.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    check_schema(json.loads(good_card.to_json()))


@pytest.mark.parametrize(
    ("damage", "word"),
    [
        (lambda card: card["rows"][0].update(value=None), "value"),
        (lambda card: card["rows"][0].update(bound="about"), "bound"),
        (lambda card: card["rows"][0].update(status="not_measured"), "rows\\[0\\]"),
        (lambda card: card["facts"].pop("seed"), "seed"),
        (lambda card: card.update(score=97), "score"),
        (lambda card: card.update(schema="0.9"), "0.9"),
    ],
)
def test_a_card_that_breaks_the_schema_is_refused(good_card, damage, word):
    data = json.loads(good_card.to_json())
    damage(data)
    with pytest.raises(KitError, match=word):
        Card.from_json(json.dumps(data))


def test_every_measured_row_has_an_interval_around_its_value_with_method_and_n(good_card):
    for row in good_card:
        if row.status != "not_measured":
            assert row.low <= row.value <= row.high, row.id
            assert row.low < row.high, row.id
            assert row.method
            assert row.n


def test_bounds_say_what_attacks_can_say(good_card):
    assert good_card["robustness.pgd_linf@0.1"].bound == "upper"
    assert good_card["cybersecurity.loss_attack"].bound == "lower"
    assert good_card["cybersecurity.universal_patch"].bound == "lower"
    assert good_card["reliability.accuracy"].bound == "estimate"


def test_every_attack_names_its_threat(good_card):
    for row in good_card:
        if "linf" in row.id:
            assert "0 to 1, white-box" in row.threat.render()


def test_the_same_seed_gives_the_same_card(network, digits, good_card):
    def numbers(card):
        return [(row.id, row.value, row.low, row.high, row.items) for row in card]

    assert numbers(card_of(network, digits, name="small network")) == numbers(good_card)


def test_places_in_rules_exist(good_card):
    assert {place for row in good_card for place in row.places} <= set(PLACES)


def test_a_card_compared_with_itself_differs_nowhere(good_card):
    comparison = good_card.compare(good_card)
    assert len(comparison.rows) > 15
    assert comparison.findings == ()
    assert all(row.difference.value == 0 for row in comparison.rows)


def test_comparison_is_paired_and_corrected_over_all_rows(digits, good_card):
    small = fit_network((digits.train[0][:120], digits.train[1][:120]), seed=5)
    comparison = good_card.compare(card_of(small, digits, train=None))
    row = comparison["reliability.accuracy"]
    ours = np.array(good_card["reliability.accuracy"].items)
    assert row.difference.value == pytest.approx(ours.mean() - row.theirs.value)
    assert row.p_adjusted >= row.difference.p
    raw = sorted(each.difference.p for each in comparison.rows)
    assert min(each.p_adjusted for each in comparison.rows) == pytest.approx(
        min(1.0, raw[0] * len(raw))
    )
    assert row.better
    assert row in comparison.findings


def test_cards_of_other_rows_are_not_compared(network, digits, good_card):
    fewer = digits.test[0][:-1], digits.test[1][:-1]
    other = card_of(network, digits, test=fewer, axes=["reliability"], threats=[])
    with pytest.raises(KitError, match="different test rows"):
        good_card.compare(other)


def test_invalid_rows_are_left_out_of_a_comparison(network, digits, good_card):
    other = card_of(network, digits, train=digits.test, axes=["reliability"], threats=[])
    left_out = dict(good_card.compare(other).left_out)
    assert left_out["reliability.accuracy"] == "invalid on the other card"


def test_the_front_matter_is_what_model_hubs_read(good_card):
    text = good_card.to_markdown()
    front = yaml.safe_load(text.split("---\n")[1])
    assert front == model_index(good_card)
    result = front["model-index"][0]["results"][0]
    assert result["task"]["type"] == "tabular-classification"
    metrics = {metric["type"]: metric for metric in result["metrics"]}
    assert metrics["reliability.accuracy"]["value"] == pytest.approx(
        good_card["reliability.accuracy"].value, rel=1e-5
    )
    assert "reliability.ece" not in metrics or good_card["reliability.ece"].status == "measured"


def test_a_card_without_items_keeps_its_numbers(good_card):
    shared = good_card.without_items()
    assert all(row.items is None for row in shared)
    assert shared["reliability.accuracy"].value == good_card["reliability.accuracy"].value
