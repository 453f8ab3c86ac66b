"""Intervals around the predictions of a quantity: how often they hold the truth, and how wide they are."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from kit.evaluation.card import Measurement, Status
from kit.evaluation.measures import from_interval, measure
from kit.evaluation.subject import Subject
from kit.evaluation.text import Text

_ID, _NAME = "reliability.interval_coverage", "Coverage of prediction intervals"


@measure(
    _ID,
    _NAME,
    needs=("calibration",),
    unseen=("train", "calibration"),
    order=40,
    tasks=("regression",),
    reference="Lei et al. (2018), arXiv:1604.04173, split conformal",
    places=("nist-2.5", "inesia-performance"),
)
def measure_prediction_intervals(subject: Subject) -> Iterator[Measurement]:
    """Yield coverage and half width of intervals that are as wide as the calibration errors ask.

    Half the width is the ⌈(n + 1)·coverage⌉-th smallest absolute error of the n calibration rows.
    """
    from scipy import stats

    errors = np.sort(np.abs(subject.residuals("calibration")))
    n = len(errors)
    rank = int(np.ceil((n + 1) * subject.coverage))
    if rank > n:
        too_few = Text.of(
            "{n} calibration rows are too few for a coverage of {coverage}.",
            n=n,
            coverage=subject.coverage,
        )
        yield Measurement(_ID, Text.of(_NAME), status="not_measured", reason=too_few)
        return
    half = float(errors[rank - 1])
    inside = (np.abs(subject.residuals()) <= half).astype(float)
    spread = stats.betabinom(len(inside), rank, n + 1 - rank)
    low, high = (float(end) / len(inside) for end in spread.ppf([0.0005, 0.9995]))
    status: Status = "measured"
    reason = alarm = None
    if inside.mean() < low:
        status = "invalid"
        reason = alarm = Text.of(
            "The intervals cover {share}, outside {low} to {high}, where 999 of 1000 honest tables fall. "
            "Test and calibration rows are not alike, or the model has seen the calibration rows.",
            share=float(inside.mean()),
            low=low,
            high=high,
        )
    yield from_interval(
        _ID,
        Text.of(_NAME),
        subject.share(inside),
        direction="target",
        status=status,
        reason=reason,
        alarm=alarm,
        assumptions=(
            Text.of(
                "Target: {coverage}; tables of this size fall between {low} and {high}.",
                coverage=subject.coverage,
                low=low,
                high=high,
            ),
            Text.of("Each interval is the prediction ± {half}.", half=half),
        ),
        items=tuple(inside.tolist()),
    )
