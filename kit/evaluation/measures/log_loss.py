"""Log loss: how surprised the model is by the true classes."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from kit.evaluation.card import Measurement
from kit.evaluation.measures import from_interval, measure
from kit.evaluation.subject import Subject
from kit.evaluation.text import Text

# A probability of 0 for what happened is an infinite loss. One such row must not hide all others.
_LARGEST = 30.0


@measure(
    "reliability.log_loss",
    "Log loss",
    unseen=("train",),
    order=20,
    reference="Good (1952)",
    places=("nist-2.5", "inesia-performance"),
)
def measure_log_loss(subject: Subject) -> Iterator[Measurement]:
    """Yield the mean log loss in nats."""
    loss = subject.log_loss()
    capped = np.minimum(loss, _LARGEST)
    cut = int((loss > _LARGEST).sum())
    warnings = (
        (Text.of("{k} rows have a loss above {largest} and count as that.", k=cut, largest=30),)
        if cut
        else ()
    )
    yield from_interval(
        "reliability.log_loss",
        Text.of("Log loss"),
        subject.mean(capped, span=_LARGEST, least=0),
        direction="lower",
        warnings=warnings,
        items=tuple(capped.tolist()),
    )
