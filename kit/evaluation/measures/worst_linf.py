"""The number to quote: each row counts as right only if no attack of all broke it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from kit.evaluation.attacking import Attack, name_at, run_attack
from kit.evaluation.card import Measurement
from kit.evaluation.measures import from_interval, measure
from kit.evaluation.subject import Subject
from kit.evaluation.text import Text
from kit.evaluation.threats import Linf

_NAME = "Accuracy under the worst of all attacks"


@measure(
    "robustness.worst_linf",
    _NAME,
    needs=("Linf",),
    unseen=("train",),
    order=9,
    reference="Carlini et al. (2019), arXiv:1902.06705",
    places=("aia-15-cybersecurity", "nist-2.7"),
)
def measure_worst_linf(subject: Subject) -> Iterator[Measurement]:
    """Yield the accuracy under the union of all attacks that the threat allows.

    It joins attacks that can see with those that masked gradients blind, so it holds where single rows are
    invalid. It is still an upper bound.
    """
    for threat in subject.threats_of(Linf):
        attacks: tuple[Attack, ...] = ("noise", "random_search")
        if threat.access == "white-box" and subject.model.has_gradient:
            attacks = ("noise", "fgsm", "pgd", "margin_pgd", "random_search")
        for eps in threat.eps:
            outcomes = [run_attack(subject, attack, threat, eps).right for attack in attacks]
            left = np.min(outcomes, axis=0)
            broken = [int((subject.right() - right).sum()) for right in outcomes]
            yield from_interval(
                f"robustness.worst_linf@{eps:g}"
                + ("" if threat.access == "white-box" else ",black-box"),
                name_at(_NAME, eps),
                subject.share(left),
                bound="upper",
                threat=threat.describe(eps),
                assumptions=(
                    Text.of(
                        "Rows broken by each attack: {counts}.",
                        counts=", ".join(
                            f"{attack} {count}"
                            for attack, count in zip(attacks, broken, strict=True)
                        ),
                    ),
                ),
                items=tuple(left.tolist()),
            )
