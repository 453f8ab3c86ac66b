"""Overconfidence: log loss against the loss that the model's own probabilities lead to expect."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from kit.evaluation.card import Measurement, Status
from kit.evaluation.measures import from_interval, measure
from kit.evaluation.subject import Subject
from kit.evaluation.text import Text

# So near to what the probabilities expect come two honest tables in a thousand.
_TOO_GOOD = 0.002
_LARGEST = 30.0


@measure(
    "reliability.overconfidence",
    "Log loss beyond what the probabilities expect",
    unseen=("train",),
    order=31,
    reference="First-order conditions of temperature and logistic scaling; Guo et al. (2017), arXiv:1706.04599",
    places=("nist-2.5", "inesia-performance"),
)
def measure_overconfidence(subject: Subject) -> Iterator[Measurement]:
    """Yield the mean of log loss minus entropy: above 0 the model is surer than it should be.

    Whoever fits a temperature to some rows makes this number zero on those rows, and whoever fits a bias makes
    the expected number of each class the true one. An honest table comes that close by rare chance only. So a
    perfect match says that the probabilities were fitted to the test rows.
    """
    logs, proba = subject.log_proba(), subject.proba()
    terms = np.where(proba > 0, proba * logs, 0.0)
    entropy = -terms.sum(axis=1)
    surplus = np.minimum(subject.log_loss(), _LARGEST) - entropy
    chance = min(
        _chance_of_matching_loss(surplus, np.where(proba > 0, proba * logs**2, 0.0), entropy),
        _chance_of_matching_counts(proba, subject.test.labels),
    )
    status: Status = "measured"
    reason = None
    if chance < _TOO_GOOD:
        status = "invalid"
        reason = Text.of(
            "Of honest tables only {chance} match their rows as well as these probabilities match the test "
            "rows. They were fitted to these rows, so calibration was not tested.",
            chance=max(chance, 1e-6),
        )
    yield from_interval(
        "reliability.overconfidence",
        Text.of("Log loss beyond what the probabilities expect"),
        subject.mean(surplus, span=_LARGEST),
        direction="target",
        status=status,
        reason=reason,
        alarm=reason,
        assumptions=(
            Text.of("Target: 0, within the interval. Above 0 the model is too sure of itself."),
        ),
        items=tuple(surplus.tolist()),
    )


def _chance_of_matching_loss(
    surplus: NDArray[np.float64], squares: NDArray[np.float64], entropy: NDArray[np.float64]
) -> float:
    """Return how often a calibrated model would come at least as close to its expected loss."""
    from scipy import stats

    # Rounding can make it negative for a model that gives all classes the same probability.
    spread = float(np.sqrt(max(0.0, np.sum(squares.sum(axis=1) - entropy**2))))
    if spread < 1e-6:
        return 1.0
    return float(2 * stats.norm.cdf(abs(surplus.sum()) / spread) - 1)


def _chance_of_matching_counts(proba: NDArray[np.float64], labels: NDArray[np.intp]) -> float:
    """Return how often a calibrated model would come at least as close to all counts of classes."""
    from scipy import stats

    missed = np.bincount(labels, minlength=proba.shape[1]) - proba.sum(axis=0)
    spread = np.diag(proba.sum(axis=0)) - proba.T @ proba
    # Counts add up to n, so one direction has no spread; classes that never come up have none either.
    values, vectors = np.linalg.eigh(spread)
    free = values > 1e-3
    if not free.any():
        return 1.0
    distance = float(np.sum((vectors[:, free].T @ missed) ** 2 / values[free]))
    return float(stats.chi2.cdf(distance, int(free.sum())))
