"""What attacks on membership share: a score for each row, a threshold, and what it is worth."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from kit.evaluation.card import Measurement
from kit.evaluation.measures import from_interval
from kit.evaluation.statistics import clopper_pearson_interval
from kit.evaluation.subject import Subject
from kit.evaluation.text import Text

# Members are recognised this many times more often than others are accused: more than overfitting by a little.
ALARMING = 10.0
# Beyond this, confidence is rounding; a model that says 1 must not stand out among others that say it.
LARGEST = 20.0


def stable_confidence(
    log_proba: NDArray[np.float64], labels: NDArray[np.intp]
) -> NDArray[np.float64]:
    """Return log(p / (1 − p)) of the true class.

    1 − p rounds to 0 for a confident model, so the other classes are added up instead.

    Examples
    --------
    >>> import numpy as np
    >>> stable_confidence(np.log(np.array([[0.75, 0.25]])), np.array([0])).round(4)
    array([1.0986])
    """
    index = np.arange(len(labels))
    others = log_proba.copy()
    others[index, labels] = -np.inf
    top = others.max(axis=1)
    rest = top + np.log(np.exp(others - top[:, None]).sum(axis=1))
    found: NDArray[np.float64] = log_proba[index, labels] - rest
    return found


def membership_row(
    subject: Subject,
    id: str,
    name: str,
    members: NDArray[np.float64],
    others: NDArray[np.float64],
    *assumptions: Text,
    alarming: float = ALARMING,
) -> Iterator[Measurement]:
    """Yield the share of members that score above all but a few of the rows that are none.

    The threshold comes from the n rows that are no members. They give no rate finer than 1/n, so a finer one is
    refused; the true rate behind the threshold is bounded by the distribution of an order statistic.
    """
    from scipy import stats

    n = len(others)
    allowed = int(np.floor(subject.fpr * n))
    if allowed < 1:
        reason = Text.of(
            "A false-positive rate of {fpr} can not be seen with {n} test rows: the finest is {finest}.",
            fpr=subject.fpr,
            n=n,
            finest=1 / n,
        )
        yield Measurement(id, Text.of(name), status="not_measured", reason=reason)
        return
    # Strictly above the (k + 1)-th largest: at most k of the rows are accused, also when scores are equal.
    threshold = np.sort(others)[::-1][allowed]
    interval = clopper_pearson_interval(
        int((members > threshold).sum()), len(members), alpha=subject.alpha
    )
    rate = float(stats.beta.ppf(0.95, allowed + 1, n - allowed))
    alarm = None
    if interval.low > alarming * rate:
        alarm = Text.of(
            "The model has memorised training rows: {share} of them are recognised, at a threshold which "
            "accuses fewer than {rate} of other rows.",
            share=interval.value,
            rate=rate,
        )
    yield from_interval(
        id,
        Text.of(name),
        interval,
        bound="lower",
        direction="lower",
        alarm=alarm,
        threat=Text.of("the attacker sees probabilities and the true label, black-box"),
        assumptions=(
            Text.of(
                "{k} of {n} test rows are accused wrongly; the true rate is under {rate} with 95 %.",
                k=int((others > threshold).sum()),
                n=n,
                rate=rate,
            ),
            *assumptions,
            Text.of("An attack that fails does not make a model private."),
        ),
    )
