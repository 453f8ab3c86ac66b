"""Random signs: the harmless attacker that every other one has to beat."""

from __future__ import annotations

from collections.abc import Iterator

from kit.evaluation.attacking import attack_rows
from kit.evaluation.card import Measurement
from kit.evaluation.measures import measure
from kit.evaluation.subject import Subject


@measure(
    "robustness.noise_linf",
    "Accuracy under random noise",
    needs=("Linf",),
    unseen=("train",),
    order=10,
    reference="Carlini et al. (2019), arXiv:1902.06705",
    places=("aia-15-robustness", "nist-2.7"),
)
def measure_noise_linf(subject: Subject) -> Iterator[Measurement]:
    """Yield the accuracy that is left, for each size of the change."""
    yield from attack_rows(subject, "noise", "robustness.noise_linf", "Accuracy under random noise")
