"""Whether the same row gets the same answer twice, and in whatever company it is asked."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from kit.evaluation.card import Measurement
from kit.evaluation.measures import from_interval, measure
from kit.evaluation.statistics import clopper_pearson_interval
from kit.evaluation.subject import Subject
from kit.evaluation.text import Text

_TOLERANCE = 1e-4


@measure(
    "reliability.repeatability",
    "Rows whose answer changes when asked again",
    order=5,
    reference="Joint Committee for Guides in Metrology (2012), VIM 2.21",
    places=("nist-2.13",),
)
def measure_determinism(subject: Subject) -> Iterator[Measurement]:
    """Yield the share of rows whose probabilities differ when asked again in another order.

    Attacks on a model that answers at random see noise, and every interval here takes answers as fixed.
    """
    order = subject.rng("determinism").permutation(len(subject.test))
    again = np.empty_like(subject.proba())
    again[order] = np.exp(subject.model.log_proba(subject.test.inputs[order]))
    changed = np.abs(again - subject.proba()).max(axis=1) > _TOLERANCE
    alarm = None
    if changed.any():
        alarm = Text.of(
            "{k} of {n} rows get other probabilities when asked again. The model answers at random, or is not "
            "in evaluation mode; its robustness can not be judged from single answers.",
            k=int(changed.sum()),
            n=len(changed),
        )
    yield from_interval(
        "reliability.repeatability",
        Text.of("Rows whose answer changes when asked again"),
        clopper_pearson_interval(int(changed.sum()), len(changed), alpha=subject.alpha),
        direction="lower",
        bound="lower",
        alarm=alarm,
    )
