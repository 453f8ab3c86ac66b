"""Test rows that the probabilities or the prediction sets were fitted on."""

from __future__ import annotations

from collections.abc import Iterator

from kit.evaluation.card import Measurement
from kit.evaluation.measures import BOTH, from_interval, measure
from kit.evaluation.statistics import clopper_pearson_interval
from kit.evaluation.subject import Subject
from kit.evaluation.text import Text


@measure(
    "reliability.test_in_calibration",
    "Test rows in the calibration data",
    needs=("calibration",),
    order=2,
    tasks=BOTH,
    reference="Vovk, Gammerman and Shafer (2005)",
    places=("nist-2.13",),
)
def measure_test_in_calibration(subject: Subject) -> Iterator[Measurement]:
    """Yield the share of test rows that are also calibration rows, and raise an alarm beyond chance."""
    overlap = subject.overlap("test", "calibration")
    assert overlap is not None
    alarm = None
    if overlap.leaks:
        alarm = Text.of(
            "{k} of {n} test rows are also in the calibration data. Calibration and coverage say nothing.",
            k=overlap.count,
            n=len(subject.test),
        )
    yield from_interval(
        "reliability.test_in_calibration",
        Text.of("Test rows in the calibration data"),
        clopper_pearson_interval(overlap.count, len(subject.test), alpha=subject.alpha),
        direction="lower",
        bound="lower",
        alarm=alarm,
        assumptions=(
            Text.of("Rows count as shared when they are equal or nearly equal in every feature."),
        ),
    )
