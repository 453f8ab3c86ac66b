"""Whether the model finds the test rows easier than other rows that it has not seen either."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from kit.evaluation.card import Measurement
from kit.evaluation.measures import BOTH, from_interval, measure
from kit.evaluation.statistics import Interval
from kit.evaluation.subject import Subject
from kit.evaluation.text import Text

_DRAWS = 5000
_NAMES = {
    "classification": "Log loss on test minus calibration rows",
    "regression": "Absolute error on test minus calibration rows",
}


@measure(
    "reliability.test_against_calibration",
    _NAMES["classification"],
    needs=("calibration",),
    order=4,
    tasks=BOTH,
    reference="Permutation test; Welch (1947)",
    places=("nist-2.13",),
)
def measure_test_against_calibration(subject: Subject) -> Iterator[Measurement]:
    """Yield the difference of the mean losses.

    Both tables are new to the model, so it should do equally well on them. A leak that is in neither table
    shows here: rows that were trained on in secret are easier than rows that were not.
    """
    from scipy import stats

    ours, theirs = subject.loss(), subject.loss("calibration")
    overlap = subject.overlap("test", "calibration")
    n = len(ours) + len(theirs)
    alike = float(np.ptp(np.concatenate([ours, theirs]))) < 1e-9
    if alike:  # A model that says the same of every row finds none easier.
        p_two_sided, interval = 1.0, Interval(0.0, 0.0, 0.0, "Welch", n)
    else:
        result = stats.ttest_ind(ours, theirs, equal_var=False)
        ends = result.confidence_interval(1 - subject.alpha)
        difference = float(ours.mean() - theirs.mean())
        p_two_sided = float(result.pvalue)
        interval = Interval(difference, float(ends.low), float(ends.high), "Welch", n)
    # Losses are far from normal, so the verdict comes from the test that needs no normality. It takes a while,
    # and is left out where even the normal one sees nothing at all.
    p_easier = p_harder = 1.0
    if p_two_sided < 0.5:
        rng = subject.rng("test_against_calibration")
        p_easier, p_harder = _permutation_p(ours, theirs, rng)
    alarm = None
    warnings: tuple[Text, ...] = ()
    if p_easier < 0.001 and not (overlap is not None and overlap.leaks):
        alarm = Text.of(
            "The model does better on the test rows than on the calibration rows (p = {p}), though it "
            "should have seen neither. Test rows may have been used for training, or the tables differ.",
            p=p_easier,
        )
    elif p_harder < 0.001:
        warnings = (
            Text.of(
                "The test rows are harder than the calibration rows (p = {p}): the tables differ, or the "
                "calibration rows were used for training.",
                p=p_harder,
            ),
        )
    yield from_interval(
        "reliability.test_against_calibration",
        Text.of(_NAMES[subject.task]),
        interval,
        direction="target",
        alarm=alarm,
        warnings=warnings,
        assumptions=(Text.of("Target: 0, within the interval."),),
    )


def _permutation_p(
    ours: NDArray[np.float64], theirs: NDArray[np.float64], rng: np.random.Generator
) -> tuple[float, float]:
    """Return how often chance alone puts the mean of ours as far below, and as far above, that of theirs."""
    both = np.concatenate([ours, theirs])
    observed, total = ours.sum(), both.sum()
    below = above = 0
    for _draw in range(_DRAWS):
        # The sum of a part decides the difference of the means, so nothing else is needed.
        part = rng.permutation(both)[: ours.size].sum()
        below += part <= observed + 1e-12 * abs(total)
        above += part >= observed - 1e-12 * abs(total)
    return (1 + below) / (1 + _DRAWS), (1 + above) / (1 + _DRAWS)
