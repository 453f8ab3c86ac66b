"""Expected calibration error, with the noise floor under which it says nothing."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from kit.evaluation.calibration import bin_confidence, draw_null_errors
from kit.evaluation.card import Measurement, Status
from kit.evaluation.measures import from_interval, measure
from kit.evaluation.statistics import Interval, clopper_pearson_interval
from kit.evaluation.subject import Subject
from kit.evaluation.text import Text

BINS = 15


@measure(
    "reliability.ece",
    "Calibration error",
    unseen=("train", "calibration"),
    order=30,
    reference="Guo et al. (2017), arXiv:1706.04599; noise floor by resampling labels",
    places=("nist-2.5", "inesia-performance"),
)
def measure_calibration_error(subject: Subject) -> Iterator[Measurement]:
    """Yield the error of the most probable class in 15 bins.

    Its interval joins one of Clopper and Pearson for each bin; a bootstrap would add the noise of the bins a
    second time. At or under the noise floor the number is no evidence. Far under it, the probabilities were
    fitted to these very rows.
    """
    confidence, right = subject.proba().max(axis=1), subject.right()
    bins = bin_confidence(confidence, right, bins=BINS)
    null = draw_null_errors(confidence, subject.rng("ece"), bins=BINS)
    floor = float(np.quantile(null, 0.95))
    # Draws give p-values of at least 1/2001, on either side.
    # A sure model has few possible errors, and equal ones must not differ by rounding.
    below = float((1 + np.sum(null <= bins.error + 1e-9)) / (1 + null.size))
    lows, highs = [], []
    for count, sure, share in zip(bins.counts, bins.confidence, bins.accuracy, strict=True):
        truth = clopper_pearson_interval(
            round(share * count), int(count), alpha=subject.alpha / len(bins.counts)
        )
        lows.append(max(0.0, truth.low - sure, sure - truth.high))
        highs.append(max(abs(truth.low - sure), abs(truth.high - sure)))
    weights = bins.counts / bins.counts.sum()
    interval = Interval(
        bins.error,
        float(weights @ np.array(lows)),
        float(weights @ np.array(highs)),
        "Clopper–Pearson in each bin, Bonferroni",
        len(subject.test),
    )
    status: Status = "measured"
    reason = alarm = None
    if below < 0.001:
        status = "invalid"
        reason = alarm = Text.of(
            "The calibration error {value} is smaller than a perfectly calibrated model reaches in "
            "999 of 1000 tables of this size. The probabilities were fitted to these test rows.",
            value=bins.error,
        )
    elif bins.error <= floor:
        status = "invalid"
        reason = Text.of(
            "At or under its noise floor {floor}: with this many rows it can not be told from perfect "
            "calibration. This is no fault of the model.",
            floor=floor,
        )
    yield from_interval(
        "reliability.ece",
        Text.of("Calibration error"),
        interval,
        direction="lower",
        status=status,
        reason=reason,
        alarm=alarm,
        assumptions=(
            Text.of(
                "{bins} bins of equal width, closed at the right; most probable class only.",
                bins=BINS,
            ),
            Text.of(
                "A perfectly calibrated model shows {mean} on average, and under {floor} 19 times of 20.",
                mean=float(null.mean()),
                floor=floor,
            ),
        ),
    )
