"""Corruptions: how much larger the error of a model of a quantity becomes when inputs are damaged."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from kit.evaluation.card import Measurement
from kit.evaluation.damage import damage_rows
from kit.evaluation.measures import from_interval, measure
from kit.evaluation.measures.corruptions import SIZES, THREATS
from kit.evaluation.regressors import Regressor
from kit.evaluation.subject import Subject
from kit.evaluation.text import Text
from kit.evaluation.threats import Corruptions

NAMES = {
    "noise": "Error added by noise, severity {severity}",
    "missing": "Error added by missing values, severity {severity}",
    "scale": "Error added by wrong scale, severity {severity}",
    "blur": "Error added by blur, severity {severity}",
    "brightness": "Error added by more brightness, severity {severity}",
    "contrast": "Error added by less contrast, severity {severity}",
}


@measure(
    "robustness.error_under_corruption",
    "Error added by corruptions",
    needs=("Corruptions",),
    unseen=("train",),
    order=30,
    tasks=("regression",),
    reference="Hendrycks and Dietterich (2019), arXiv:1903.12261, with absolute errors",
    places=("aia-15-robustness", "nist-2.5", "inesia-performance"),
)
def measure_error_under_corruption(subject: Subject) -> Iterator[Measurement]:
    """Yield the paired difference between the absolute errors on damaged and on clean rows."""
    assert isinstance(subject.model, Regressor)
    clean = np.abs(subject.residuals())
    for settings in subject.threats_of(Corruptions):
        for kind in settings.kinds:
            for severity in settings.severities:
                rng = subject.rng(f"{kind} {severity}")
                damaged = damage_rows(subject.test.inputs, kind, severity, settings, rng)
                added = np.abs(subject.model.predict(damaged) - subject.test.labels) - clean
                yield from_interval(
                    f"robustness.error_{kind}@{severity}",
                    Text.of(NAMES[kind], severity=severity),
                    subject.mean(added, span=float(np.ptp(subject.test.labels)) or 1.0),
                    direction="lower",
                    threat=Text.of(THREATS[kind], size=round(SIZES[kind] * severity, 6)),
                    items=tuple(added.tolist()),
                )
