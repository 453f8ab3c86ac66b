"""Brier score: the squared distance between probabilities and what happened."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from kit.evaluation.card import Measurement
from kit.evaluation.measures import from_interval, measure
from kit.evaluation.subject import Subject
from kit.evaluation.text import Text


@measure(
    "reliability.brier",
    "Brier score",
    unseen=("train",),
    order=21,
    reference="Brier (1950)",
    places=("nist-2.5", "inesia-performance"),
)
def measure_brier(subject: Subject) -> Iterator[Measurement]:
    """Yield the mean over rows of the sum over classes, from 0 (best) to 2."""
    proba = subject.proba()
    happened = np.eye(proba.shape[1])[subject.test.labels]
    scores = ((proba - happened) ** 2).sum(axis=1)
    yield from_interval(
        "reliability.brier",
        Text.of("Brier score"),
        subject.mean(scores, span=2, least=0),
        direction="lower",
        items=tuple(scores.tolist()),
    )
