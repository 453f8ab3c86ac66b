"""Calibration rows that the model was trained on: prediction sets made with them are too small."""

from __future__ import annotations

from collections.abc import Iterator

from kit.evaluation.card import Measurement
from kit.evaluation.measures import BOTH, from_interval, measure
from kit.evaluation.statistics import clopper_pearson_interval
from kit.evaluation.subject import Subject
from kit.evaluation.text import Text


@measure(
    "reliability.calibration_in_train",
    "Calibration rows in the training data",
    needs=("calibration", "train"),
    order=3,
    tasks=BOTH,
    reference="Vovk, Gammerman and Shafer (2005)",
    places=("nist-2.13",),
)
def measure_calibration_in_train(subject: Subject) -> Iterator[Measurement]:
    """Yield the share of calibration rows that are also training rows."""
    overlap = subject.overlap("calibration", "train")
    assert overlap is not None and subject.calibration is not None
    alarm = None
    if overlap.leaks:
        alarm = Text.of(
            "{k} of {n} calibration rows are also in the training data. The prediction sets are too small.",
            k=overlap.count,
            n=len(subject.calibration),
        )
    yield from_interval(
        "reliability.calibration_in_train",
        Text.of("Calibration rows in the training data"),
        clopper_pearson_interval(overlap.count, len(subject.calibration), alpha=subject.alpha),
        direction="lower",
        bound="lower",
        alarm=alarm,
    )
