"""One honest model is not accused; quietly broken ones are caught, each by the row that is meant for it."""

import numpy as np
import pytest
import torch
from evaluation_examples import Digits, card_of, fit_network


def alarms(card):
    return {row.id for row in card.alarms}


@pytest.mark.parametrize("seed", [1, 2])
def test_an_honest_model_is_not_accused(seed):
    digits = Digits(seed)
    assert alarms(card_of(fit_network(digits.train, seed), digits)) == set()


def test_an_honest_model_has_rows_that_can_be_used(good_card):
    assert alarms(good_card) == set()
    # A small table can not tell its calibration from a perfect one; nothing else is in doubt.
    assert {row.id for row in good_card if row.status == "invalid"} <= {"reliability.ece"}


def test_leaked_test_rows_are_caught_and_every_result_on_them_is_invalid(digits):
    rows = np.concatenate([digits.train[0], digits.test[0][:27]])
    labels = np.concatenate([digits.train[1], digits.test[1][:27]])
    card = card_of(fit_network((rows, labels)), digits, train=(rows, labels))
    assert alarms(card) == {"reliability.test_in_train"}
    assert "27 of 540" in card["reliability.test_in_train"].alarm.render()
    for id in ("reliability.accuracy", "reliability.coverage", "robustness.pgd_linf@0.1"):
        assert card[id].status == "invalid"
        assert card[id].value is not None


def test_test_rows_trained_on_in_secret_are_caught(digits):
    rows = np.concatenate([digits.train[0], digits.test[0]])
    labels = np.concatenate([digits.train[1], digits.test[1]])
    card = card_of(fit_network((rows, labels), epochs=60), digits, axes=["reliability"], threats=[])
    # Training to the end also makes probabilities match the rows, so a second row may say so.
    assert "reliability.test_against_calibration" in alarms(card)
    assert alarms(card) <= {"reliability.test_against_calibration", "reliability.overconfidence"}


class Changed(torch.nn.Module):
    """A network with something done before or after it."""

    def __init__(self, network, before=lambda x: x, after=lambda z: z):
        super().__init__()
        self.network, self.before, self.after = network, before, after

    def forward(self, rows):
        return self.after(self.network(self.before(rows)))


@pytest.mark.parametrize(
    "change",
    [
        {"after": lambda logits: 1000 * logits},
        {"before": lambda rows: torch.round(rows * 4) / 4},
    ],
    ids=["saturated", "quantised"],
)
def test_masked_gradients_are_caught_and_what_they_feign_is_invalid(network, digits, change):
    card = card_of(Changed(network, **change), digits, axes=["reliability", "robustness"])
    assert alarms(card) == {"robustness.zero_gradients"}
    feigned = card["robustness.pgd_linf@0.1"]
    assert feigned.status == "invalid"
    assert feigned.value > 0.9
    # The number to quote joins attacks that are not blind.
    assert card["robustness.worst_linf@0.1"].value < feigned.value - 0.1


def test_a_margin_sees_through_saturation(network, digits):
    card = card_of(
        Changed(network, after=lambda logits: 1000 * logits), digits, axes=["robustness"]
    )
    plain = card_of(network, digits, axes=["robustness"])
    found, wanted = (each["robustness.margin_pgd_linf@0.1"] for each in (card, plain))
    assert found.status == "measured"
    assert found.value == pytest.approx(wanted.value, abs=0.05)


def test_answers_at_random_are_caught(network, digits):
    noisy = Changed(network, before=lambda rows: rows + 0.2 * torch.randn_like(rows))
    card = card_of(noisy, digits, axes=["reliability"], threats=[])
    assert "reliability.repeatability" in alarms(card)


@pytest.mark.parametrize(("trigger", "share"), [([63, 62, 55], 0.03), ([0, 7, 56], 0.05)])
def test_a_backdoor_is_caught_with_its_class(digits, trigger, share):
    rows, labels = digits.train[0].copy(), digits.train[1].copy()
    poisoned = np.random.default_rng(0).choice(len(rows), int(share * len(rows)), replace=False)
    rows[np.ix_(poisoned, trigger)] = 1
    labels[poisoned] = 7
    network = fit_network((rows, labels), epochs=40)
    card = card_of(network, digits, train=(rows, labels))
    assert alarms(card) == {"cybersecurity.universal_patch"}
    assert card["cybersecurity.universal_patch"].alarm.values["target"] == "7"
    # Accuracy sees nothing of it.
    assert card["reliability.accuracy"].value > 0.93


def test_memorised_noise_is_caught(digits):
    rows, labels = digits.train[0], digits.train[1].copy()
    rng = np.random.default_rng(0)
    noisy = rng.random(len(labels)) < 0.25
    labels[noisy] = rng.integers(0, 10, noisy.sum())
    network = fit_network((rows, labels), epochs=150)
    card = card_of(network, digits, train=(rows, labels), axes=["cybersecurity"])
    assert "cybersecurity.gap_attack" in alarms(card)


def test_rows_learnt_by_heart_are_caught_though_accuracy_shows_no_gap(network, digits):
    known = {row.tobytes(): label for row, label in zip(*digits.train, strict=True)}

    def model(rows):
        with torch.no_grad():
            proba = (
                network(torch.as_tensor(np.asarray(rows, dtype=np.float32)))
                .double()
                .softmax(1)
                .numpy()
            )
        for number, row in enumerate(np.asarray(rows, dtype=np.float32)):
            if row.tobytes() in known:
                proba[number] = 1e-9
                proba[number, known[row.tobytes()]] = 1 - 9e-9
        return proba

    card = card_of(model, digits, axes=["cybersecurity"], threats=[])
    assert "cybersecurity.neighbour_attack" in alarms(card)


def test_a_calibration_made_from_the_test_rows_is_caught(network, digits):
    card = card_of(network, digits, calibration=digits.test, axes=["reliability"], threats=[])
    assert alarms(card) == {"reliability.test_in_calibration"}
    assert card["reliability.coverage"].status == "invalid"
    assert card["reliability.ece"].status == "invalid"


def test_a_temperature_fitted_to_the_test_rows_in_secret_is_caught(network, digits):
    from scipy.optimize import minimize_scalar

    with torch.no_grad():
        logits = network(torch.as_tensor(digits.test[0])).double()
    labels = torch.as_tensor(digits.test[1])

    def loss(size):
        return float(torch.nn.functional.cross_entropy(logits * np.exp(size), labels))

    size = float(np.exp(minimize_scalar(loss, bracket=(-1, 1), tol=1e-10).x))
    card = card_of(
        Changed(network, after=lambda z: z.double() * size),
        digits,
        axes=["reliability"],
        threats=[],
    )
    assert alarms(card) == {"reliability.overconfidence"}
    assert card["reliability.overconfidence"].status == "invalid"


@pytest.mark.parametrize("seed", range(3))
def test_a_temperature_fitted_to_the_calibration_rows_is_not_accused(seed):
    digits = Digits(seed)
    network = fit_network(digits.train, seed)
    with torch.no_grad():
        logits = network(torch.as_tensor(digits.calibration[0]))
    labels = torch.as_tensor(digits.calibration[1])
    sizes = np.geomspace(0.2, 3, 60)
    losses = [float(torch.nn.functional.cross_entropy(logits * float(s), labels)) for s in sizes]
    best = float(sizes[int(np.argmin(losses))])
    card = card_of(
        Changed(network, after=lambda z: z * best), digits, axes=["reliability"], threats=[]
    )
    assert alarms(card) == set()
