"""Attacks on a subject, each run once, and the tests that tell a strong model from a blinded attacker."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from kit.evaluation.attacks import (
    NOISE_TRIES,
    Attacked,
    Loss,
    attack_by_asking,
    attack_by_descent,
    attack_by_noise,
    attack_by_sign,
    gradient_of_loss,
)
from kit.evaluation.card import Measurement
from kit.evaluation.measures import from_interval
from kit.evaluation.statistics import test_mcnemar
from kit.evaluation.subject import Subject
from kit.evaluation.text import Text
from kit.evaluation.threats import Linf

Attack = Literal["noise", "fgsm", "pgd", "margin_pgd", "random_search"]

# Above this share of rows without any gradient the attacker is blind.
BLIND = 0.05
# With eps as large as the whole range every row can be made any other row.
LARGE_EPS_LEFT = 0.05
_LARGE_EPS_ROWS = 150


def run_attack(subject: Subject, attack: Attack, threat: Linf, eps: float) -> Attacked:
    """Return the outcome of an attack on the test rows, computed once."""
    return subject.keep(
        (attack, threat, eps), lambda: _run(subject, attack, threat, eps, slice(None))
    )


def _run(subject: Subject, attack: Attack, threat: Linf, eps: float, part: slice) -> Attacked:
    rows, labels = subject.test.inputs[part], subject.test.labels[part]
    logits, predict = subject.model.logits, subject.model.log_proba
    if attack == "noise":
        rng = subject.rng(f"noise {eps}")
        return attack_by_noise(predict, rows, labels, eps=eps, clip=threat.clip, rng=rng)
    if attack == "random_search":
        rng = subject.rng(f"random_search {eps}")
        return attack_by_asking(
            predict, rows, labels, eps=eps, clip=threat.clip, queries=threat.queries, rng=rng
        )
    assert logits is not None
    if attack == "fgsm":
        return attack_by_sign(logits, rows, labels, eps=eps, clip=threat.clip)
    loss: Loss = "margin" if attack == "margin_pgd" else "cross_entropy"
    return attack_by_descent(
        logits,
        rows,
        labels,
        eps=eps,
        clip=threat.clip,
        steps=threat.steps,
        restarts=threat.restarts,
        loss=loss,
        seed=subject.seed,
    )


def find_blind_rows(subject: Subject, loss: Loss = "cross_entropy") -> NDArray[np.bool_]:
    """Return which test rows have a gradient of exactly zero everywhere."""

    def find() -> NDArray[np.bool_]:
        import torch

        assert subject.model.logits is not None
        rows = torch.as_tensor(np.asarray(subject.test.inputs, dtype=np.float32))
        labels = torch.as_tensor(subject.test.labels)
        gradient, _values = gradient_of_loss(subject.model.logits, rows, labels, loss)
        found: NDArray[np.bool_] = (gradient.flatten(1) == 0).all(dim=1).numpy()
        return found

    return subject.keep(("blind", loss), find)


def left_at_large_eps(subject: Subject, attack: Attack, threat: Linf) -> float:
    """Return the accuracy that is left when the attacker may change everything."""

    def run() -> float:
        everything = threat.clip[1] - threat.clip[0]
        outcome = _run(subject, attack, threat, everything, slice(_LARGE_EPS_ROWS))
        return float(outcome.right.mean())

    return subject.keep(("large eps", attack, threat.clip, threat.steps), run)


def find_fault(subject: Subject, attack: Attack, threat: Linf, eps: float) -> Text | None:
    """Return why the outcome of an attack with gradients must not be believed, if so."""
    loss: Loss = "margin" if attack == "margin_pgd" else "cross_entropy"
    blind = float(find_blind_rows(subject, loss).mean())
    if blind > BLIND:
        return Text.of(
            "Masked gradients: {share} of the rows have a gradient of exactly zero, so this attack could "
            "not see.",
            share=blind,
        )
    if attack == "fgsm":
        return None
    left = left_at_large_eps(subject, attack, threat)
    if left > LARGE_EPS_LEFT:
        return Text.of(
            "Masked gradients: with unlimited changes this attack leaves {share} right, and it has to "
            "reach 0.",
            share=left,
        )
    ours = run_attack(subject, attack, threat, eps).right
    weaker: tuple[Attack, ...] = ("noise", "random_search")
    for other in weaker:
        theirs = run_attack(subject, other, threat, eps).right
        missed = int(((ours == 1) & (theirs == 0)).sum())
        found = int(((ours == 0) & (theirs == 1)).sum())
        if missed > found and test_mcnemar(missed, found) < 0.01:
            return Text.of(
                "This attack is weaker than one that knows less: that one breaks {missed} rows which this "
                "one leaves.",
                missed=missed,
            )
    return None


def attack_rows(subject: Subject, attack: Attack, id: str, name: str) -> Iterator[Measurement]:
    """Yield a row for each size of each `Linf` threat under which this attack is allowed."""
    needs_weights = attack in ("fgsm", "pgd", "margin_pgd")
    several = len({threat.access for threat in subject.threats_of(Linf)}) > 1
    done = set()
    for threat in subject.threats_of(Linf):
        if needs_weights and threat.access == "black-box":
            reason = Text.of("The threat is black-box: this attacker has no gradient.")
            if not several:
                yield Measurement(id, Text.of(name), status="not_measured", reason=reason)
            continue
        for eps in threat.eps:
            key = f"{id}@{eps:g}"
            if key in done:
                continue
            done.add(key)
            if subject.is_late:
                reason = Text.of("The time budget was spent before this measure.")
                yield Measurement(key, Text.of(name), status="not_measured", reason=reason)
                continue
            outcome = run_attack(subject, attack, threat, eps)
            fault = find_fault(subject, attack, threat, eps) if needs_weights else None
            yield from_interval(
                key,
                name_at(name, eps),
                subject.share(outcome.right),
                bound="upper",
                status="measured" if fault is None else "invalid",
                reason=fault,
                threat=threat.describe(eps),
                assumptions=budget_of(attack, threat),
                items=tuple(outcome.right.tolist()),
            )


def name_at(name: str, eps: float) -> Text:
    """Return the name of a row for one size of the change."""
    return Text.of(name + ", ε = {eps}", eps=float(eps))


def budget_of(attack: Attack, threat: Linf) -> tuple[Text, ...]:
    """Return what an attack was allowed to spend."""
    if attack in ("pgd", "margin_pgd"):
        return (
            Text.of(
                "{steps} steps, {restarts} starts; rows that the model had wrong before count as broken.",
                steps=threat.steps,
                restarts=threat.restarts,
            ),
        )
    if attack == "noise":
        return (Text.of("The worst of {tries} random changes of each row.", tries=NOISE_TRIES),)
    if attack == "random_search":
        return (Text.of("{queries} questions to the model for each row.", queries=threat.queries),)
    return ()
