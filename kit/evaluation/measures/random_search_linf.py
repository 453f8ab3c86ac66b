"""A search that needs no gradient, with its budget of questions."""

from __future__ import annotations

from collections.abc import Iterator

from kit.evaluation.attacking import attack_rows
from kit.evaluation.card import Measurement
from kit.evaluation.measures import measure
from kit.evaluation.subject import Subject


@measure(
    "robustness.random_search_linf",
    "Accuracy under random search",
    needs=("Linf",),
    unseen=("train",),
    order=23,
    reference="after Andriushchenko et al. (2020), arXiv:1912.00049",
    places=("aia-15-cybersecurity", "nist-2.7"),
)
def measure_random_search_linf(subject: Subject) -> Iterator[Measurement]:
    """Yield the accuracy that is left, for each size of the change."""
    yield from attack_rows(
        subject, "random_search", "robustness.random_search_linf", "Accuracy under random search"
    )
