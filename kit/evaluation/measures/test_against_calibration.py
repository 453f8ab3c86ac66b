"""Whether the model finds the test rows easier than other rows that it has not seen either."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from kit.evaluation.card import Measurement
from kit.evaluation.measures import from_interval, measure
from kit.evaluation.statistics import Interval
from kit.evaluation.subject import Subject
from kit.evaluation.text import Text

_LARGEST = 30.0
_DRAWS = 5000


@measure(
    "reliability.test_against_calibration",
    "Log loss on test minus calibration rows",
    needs=("calibration",),
    order=4,
    reference="Permutation test; Welch (1947)",
    places=("nist-2.13",),
)
def measure_test_against_calibration(subject: Subject) -> Iterator[Measurement]:
    """Yield the difference of the mean log losses.

    Both tables are new to the model, so it should do equally well on them. A leak that is in neither table
    shows here: rows that were trained on in secret are easier than rows that were not.
    """
    from scipy import stats

    ours = np.minimum(subject.log_loss(), _LARGEST)
    theirs = np.minimum(subject.log_loss("calibration"), _LARGEST)
    overlap = subject.overlap("test", "calibration")
    result = stats.ttest_ind(ours, theirs, equal_var=False)
    ends = result.confidence_interval(1 - subject.alpha)
    interval = Interval(
        float(ours.mean() - theirs.mean()),
        float(ends.low),
        float(ends.high),
        "Welch",
        len(ours) + len(theirs),
    )
    # Losses are far from normal, so the verdict comes from the test that needs no normality.
    p_easier = _permutation_p(ours, theirs, subject.rng("test_against_calibration"))
    p_harder = _permutation_p(theirs, ours, subject.rng("test_against_calibration"))
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
        Text.of("Log loss on test minus calibration rows"),
        interval,
        direction="target",
        alarm=alarm,
        warnings=warnings,
        assumptions=(Text.of("Target: 0, within the interval."),),
    )


def _permutation_p(low: np.ndarray, high: np.ndarray, rng: np.random.Generator) -> float:
    """Return the p-value of the first mean being as far below the second by chance."""
    both = np.concatenate([low, high])
    observed = low.mean() - high.mean()
    total, n, m = both.sum(), low.size, high.size
    extreme = 0
    for _draw in range(_DRAWS):
        part = rng.permutation(both)[:n].sum()
        extreme += part / n - (total - part) / m <= observed
    return (1 + extreme) / (1 + _DRAWS)
