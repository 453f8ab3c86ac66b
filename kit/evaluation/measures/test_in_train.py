"""Test rows that the model was trained on."""

from __future__ import annotations

from collections.abc import Iterator

from kit.evaluation.card import Measurement
from kit.evaluation.measures import BOTH, from_interval, measure
from kit.evaluation.statistics import clopper_pearson_interval
from kit.evaluation.subject import Subject
from kit.evaluation.text import Text


@measure(
    "reliability.test_in_train",
    "Test rows in the training data",
    needs=("train",),
    order=1,
    tasks=BOTH,
    reference="Kapoor and Narayanan (2023), Patterns 4",
    places=("nist-2.13",),
)
def measure_test_in_train(subject: Subject) -> Iterator[Measurement]:
    """Yield the share of test rows that are also training rows, and raise an alarm beyond chance."""
    overlap = subject.overlap("test", "train")
    assert overlap is not None
    alarm = None
    warnings: tuple[Text, ...] = ()
    if overlap.leaks:
        alarm = Text.of(
            "{k} of {n} test rows are also in the training data. Results on the test rows say nothing.",
            k=overlap.count,
            n=len(subject.test),
        )
    elif overlap.count:
        warnings = (
            Text.of("{k} shared rows are no more than rows of this table repeat.", k=overlap.count),
        )
    yield from_interval(
        "reliability.test_in_train",
        Text.of("Test rows in the training data"),
        clopper_pearson_interval(overlap.count, len(subject.test), alpha=subject.alpha),
        direction="lower",
        bound="lower",
        alarm=alarm,
        warnings=warnings,
        assumptions=(
            Text.of("Rows count as shared when they are equal or nearly equal in every feature."),
        ),
    )
