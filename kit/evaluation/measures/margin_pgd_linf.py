"""Projected gradient descent on the margin, which does not saturate."""

from __future__ import annotations

from collections.abc import Iterator

from kit.evaluation.attacking import attack_rows
from kit.evaluation.card import Measurement
from kit.evaluation.measures import measure
from kit.evaluation.subject import Subject


@measure(
    "robustness.margin_pgd_linf",
    "Accuracy under PGD on the margin",
    needs=("Linf", "gradient"),
    unseen=("train",),
    order=22,
    reference="Carlini and Wagner (2017); Croce and Hein (2020), arXiv:2003.01690",
    places=("aia-15-cybersecurity", "nist-2.7"),
)
def measure_margin_pgd_linf(subject: Subject) -> Iterator[Measurement]:
    """Yield the accuracy that is left, for each size of the change."""
    yield from attack_rows(
        subject, "margin_pgd", "robustness.margin_pgd_linf", "Accuracy under PGD on the margin"
    )
