"""Accuracy: the share of test rows whose most probable class is the true one."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from kit.evaluation.card import Measurement
from kit.evaluation.measures import from_interval, measure
from kit.evaluation.subject import Subject
from kit.evaluation.text import Text


@measure(
    "reliability.accuracy",
    "Accuracy",
    unseen=("train",),
    order=10,
    reference="Wilson (1927); Miller (2024), arXiv:2411.00640",
    places=("aia-15-accuracy", "nist-2.5", "inesia-performance"),
)
def measure_accuracy(subject: Subject) -> Iterator[Measurement]:
    """Yield the accuracy, and name the share that always giving the commonest class would reach."""
    right = subject.right()
    commonest = float(np.bincount(subject.test.labels).max() / len(subject.test))
    yield from_interval(
        "reliability.accuracy",
        Text.of("Accuracy"),
        subject.share(right),
        assumptions=(
            Text.of("The test rows are a random sample of the rows that the model will meet."),
            Text.of("Always giving the most frequent class reaches {share}.", share=commonest),
        ),
        items=tuple(right),
    )
