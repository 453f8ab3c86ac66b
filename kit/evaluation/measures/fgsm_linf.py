"""One step along the sign of the gradient."""

from __future__ import annotations

from collections.abc import Iterator

from kit.evaluation.attacking import attack_rows
from kit.evaluation.card import Measurement
from kit.evaluation.measures import measure
from kit.evaluation.subject import Subject


@measure(
    "robustness.fgsm_linf",
    "Accuracy under FGSM",
    needs=("Linf", "gradient"),
    unseen=("train",),
    order=20,
    reference="Goodfellow, Shlens and Szegedy (2015), arXiv:1412.6572",
    places=("aia-15-cybersecurity", "nist-2.7"),
)
def measure_fgsm_linf(subject: Subject) -> Iterator[Measurement]:
    """Yield the accuracy that is left, for each size of the change."""
    yield from attack_rows(subject, "fgsm", "robustness.fgsm_linf", "Accuracy under FGSM")
