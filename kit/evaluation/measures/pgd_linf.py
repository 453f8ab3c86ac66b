"""Projected gradient descent on the cross-entropy."""

from __future__ import annotations

from collections.abc import Iterator

from kit.evaluation.attacking import attack_rows
from kit.evaluation.card import Measurement
from kit.evaluation.measures import measure
from kit.evaluation.subject import Subject


@measure(
    "robustness.pgd_linf",
    "Accuracy under PGD",
    needs=("Linf", "gradient"),
    unseen=("train",),
    order=21,
    reference="Madry et al. (2018), arXiv:1706.06083",
    places=("aia-15-cybersecurity", "nist-2.7"),
)
def measure_pgd_linf(subject: Subject) -> Iterator[Measurement]:
    """Yield the accuracy that is left, for each size of the change."""
    yield from attack_rows(subject, "pgd", "robustness.pgd_linf", "Accuracy under PGD")
