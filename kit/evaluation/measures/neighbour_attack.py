"""The attack on membership that looks next to a row: what is learnt by heart is sure of the row alone."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from kit.evaluation.card import Measurement
from kit.evaluation.measures import measure
from kit.evaluation.membership import LARGEST, membership_row, stable_confidence
from kit.evaluation.subject import Rows, Subject
from kit.evaluation.text import Text

_ID, _NAME = "cybersecurity.neighbour_attack", "Members found by looking next to them"
_SIZE, _NEIGHBOURS = 0.02, 8


@measure(
    _ID,
    _NAME,
    needs=("train",),
    unseen=("train",),
    order=23,
    reference="after Mattern et al. (2023), arXiv:2305.18462",
    places=("aia-15-cybersecurity", "nist-2.10"),
)
def measure_neighbour_attack(subject: Subject) -> Iterator[Measurement]:
    """Yield the share of training rows of which the model is surer than of rows right next to them."""
    assert subject.train is not None
    spread = subject.train.inputs.std(axis=0)
    rng = subject.rng("neighbour_attack")

    def score(part: str, rows: Rows) -> NDArray[np.float64]:
        here = np.minimum(stable_confidence(subject.log_proba(part), rows.labels), LARGEST)
        near = np.zeros(len(rows))
        for _neighbour in range(_NEIGHBOURS):
            step = _SIZE * spread * rng.standard_normal(rows.inputs.shape)
            moved = subject.model.log_proba((rows.inputs + step).astype(rows.inputs.dtype))
            near += np.minimum(stable_confidence(moved, rows.labels), LARGEST)
        return here - near / _NEIGHBOURS

    yield from membership_row(
        subject,
        _ID,
        _NAME,
        score("train", subject.train),
        score("test", subject.test),
        Text.of(
            "{k} neighbours at {size} standard deviations of each feature.",
            k=_NEIGHBOURS,
            size=_SIZE,
        ),
    )
