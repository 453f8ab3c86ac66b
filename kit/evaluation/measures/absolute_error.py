"""How far a model of a quantity is off, and what it adds to always saying the mean."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from kit.evaluation.card import Measurement
from kit.evaluation.measures import from_interval, measure
from kit.evaluation.statistics import bootstrap_interval
from kit.evaluation.subject import Subject
from kit.evaluation.text import Text

_BASELINES = {
    True: "1 is perfect, 0 is as good as the mean of the training rows.",
    False: "1 is perfect, 0 is as good as the mean of the test rows.",
}


@measure(
    "reliability.absolute_error",
    "Mean absolute error",
    unseen=("train",),
    order=10,
    tasks=("regression",),
    reference="Willmott and Matsuura (2005), Climate Research 30",
    places=("aia-15-accuracy", "nist-2.5", "inesia-performance"),
)
def measure_absolute_error(subject: Subject) -> Iterator[Measurement]:
    """Yield the mean absolute error in the units of the quantity, and the skill against the mean.

    Skill is 1 − MSE / MSE of a constant: the mean of the training rows, which knows nothing of the test rows.
    Without training rows it is the mean of the test rows themselves, which is harder to beat.
    """
    error = np.abs(subject.residuals())
    yield from_interval(
        "reliability.absolute_error",
        Text.of("Mean absolute error"),
        subject.mean(error, span=float(np.ptp(subject.test.labels)) or 1.0, least=0),
        direction="lower",
        assumptions=(Text.of("In the units of the quantity."),),
        items=tuple(error.tolist()),
    )
    known = subject.test if subject.train is None else subject.train
    constant = float(known.labels.mean())
    ours, baseline = subject.residuals() ** 2, (subject.test.labels - constant) ** 2
    if baseline.sum() == 0:
        reason = Text.of("All test rows have the same value, so there is nothing to explain.")
        yield Measurement(
            "reliability.skill",
            Text.of("Skill against always saying the mean"),
            status="not_measured",
            reason=reason,
        )
        return
    members = _members_of_clusters(subject)

    def skill(drawn: NDArray[np.intp]) -> float:
        rows = np.concatenate([members[each] for each in drawn])
        return 1 - float(ours[rows].sum()) / max(float(baseline[rows].sum()), 1e-300)

    interval = bootstrap_interval(skill, len(members), alpha=subject.alpha, seed=subject.seed)
    warnings: tuple[Text, ...] = ()
    if interval.high <= 0:
        warnings = (Text.of("Always saying {mean} is at least as good.", mean=constant),)
    yield Measurement(
        "reliability.skill",
        Text.of("Skill against always saying the mean"),
        value=interval.value,
        low=interval.low,
        high=interval.high,
        method=interval.method,
        n=len(subject.test),
        clusters=None if subject.clusters is None else len(members),
        warnings=warnings,
        assumptions=(Text.of(_BASELINES[subject.train is not None]),),
        reference="Murphy (1988), Monthly Weather Review 116",
    )


def _members_of_clusters(subject: Subject) -> list[NDArray[np.intp]]:
    """Return what is drawn again together: the rows of each cluster, or single rows."""
    rows = np.arange(len(subject.test))
    if subject.clusters is None:
        return [rows[each : each + 1] for each in rows]
    return [rows[subject.clusters == each] for each in np.unique(subject.clusters)]
