"""The attack on membership of a model of a quantity: rows that it fits too well."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from kit.evaluation.card import Measurement
from kit.evaluation.measures import measure
from kit.evaluation.membership import membership_row
from kit.evaluation.subject import Subject

_ID, _NAME = "cybersecurity.error_attack", "Members found by their small errors"


@measure(
    _ID,
    _NAME,
    needs=("train",),
    unseen=("train",),
    order=21,
    tasks=("regression",),
    reference="Yeom et al. (2018), arXiv:1709.01604",
    places=("aia-15-cybersecurity", "nist-2.10"),
)
def measure_error_attack(subject: Subject) -> Iterator[Measurement]:
    """Yield the share of training rows with smaller errors than nearly all test rows."""
    members, others = (-np.abs(subject.residuals(part)) for part in ("train", "test"))
    yield from membership_row(subject, _ID, _NAME, members, others)
