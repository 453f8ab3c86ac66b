"""Whether the same row gets the same number twice, and in whatever company it is asked."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from kit.evaluation.card import Measurement
from kit.evaluation.measures import from_interval, measure
from kit.evaluation.regressors import Regressor
from kit.evaluation.statistics import clopper_pearson_interval
from kit.evaluation.subject import Subject
from kit.evaluation.text import Text

# Of the spread of the quantity: more than rounding in float32.
_TOLERANCE = 1e-4


@measure(
    "reliability.number_repeatability",
    "Rows whose answer changes when asked again",
    order=5,
    tasks=("regression",),
    reference="Joint Committee for Guides in Metrology (2012), VIM 2.21",
    places=("nist-2.13",),
)
def measure_number_repeatability(subject: Subject) -> Iterator[Measurement]:
    """Yield the share of rows whose number differs when asked again in another order."""
    assert isinstance(subject.model, Regressor)
    order = subject.rng("number_repeatability").permutation(len(subject.test))
    again = np.empty(len(order))
    again[order] = subject.model.predict(subject.test.inputs[order])
    first = subject.residuals() + subject.test.labels
    changed = np.abs(again - first) > _TOLERANCE * (float(subject.test.labels.std()) or 1.0)
    alarm = None
    if changed.any():
        alarm = Text.of(
            "{k} of {n} rows get another number when asked again. The model answers at random, or is not in "
            "evaluation mode.",
            k=int(changed.sum()),
            n=len(changed),
        )
    yield from_interval(
        "reliability.number_repeatability",
        Text.of("Rows whose answer changes when asked again"),
        clopper_pearson_interval(int(changed.sum()), len(changed), alpha=subject.alpha),
        direction="lower",
        bound="lower",
        alarm=alarm,
    )
