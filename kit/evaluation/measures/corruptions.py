"""Corruptions: how much accuracy is lost when inputs are damaged as they are in practice."""

from __future__ import annotations

from collections.abc import Iterator

from kit.evaluation.card import Measurement
from kit.evaluation.damage import damage_rows
from kit.evaluation.measures import from_interval, measure
from kit.evaluation.subject import Subject
from kit.evaluation.text import Text
from kit.evaluation.threats import Corruptions

NAMES = {
    "noise": "Accuracy change under noise, severity {severity}",
    "missing": "Accuracy change with missing values, severity {severity}",
    "scale": "Accuracy change with wrong scale, severity {severity}",
    "blur": "Accuracy change under blur, severity {severity}",
    "brightness": "Accuracy change with more brightness, severity {severity}",
    "contrast": "Accuracy change with less contrast, severity {severity}",
}
THREATS = {
    "noise": "Gaussian noise of {size} standard deviations of each feature",
    "missing": "{size} of all values replaced by the mean of their feature",
    "scale": "each row multiplied by 1 ± {size}",
    "blur": "Gaussian blur of {size} pixels",
    "brightness": "{size} of the range added to every feature",
    "contrast": "contrast of each row lowered by {size}",
}
SIZES = {
    "noise": 0.1,
    "missing": 0.05,
    "scale": 0.05,
    "blur": 0.25,
    "brightness": 0.08,
    "contrast": 0.15,
}


@measure(
    "robustness.corruption",
    "Accuracy change under corruptions",
    needs=("Corruptions",),
    unseen=("train",),
    order=30,
    reference="Hendrycks and Dietterich (2019), arXiv:1903.12261",
    places=("aia-15-robustness", "nist-2.5", "inesia-performance"),
)
def measure_corruptions(subject: Subject) -> Iterator[Measurement]:
    """Yield the paired difference between accuracy on damaged and on clean rows."""
    clean = subject.right()
    for settings in subject.threats_of(Corruptions):
        for kind in settings.kinds:
            for severity in settings.severities:
                rng = subject.rng(f"{kind} {severity}")
                damaged = damage_rows(subject.test.inputs, kind, severity, settings, rng)
                right = subject.model.log_proba(damaged).argmax(axis=1) == subject.test.labels
                change = right.astype(float) - clean
                yield from_interval(
                    f"robustness.{kind}@{severity}",
                    Text.of(NAMES[kind], severity=severity),
                    subject.change(change),
                    threat=Text.of(THREATS[kind], size=round(SIZES[kind] * severity, 6)),
                    items=tuple(change.tolist()),
                )
