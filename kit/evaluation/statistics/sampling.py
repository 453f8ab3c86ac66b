"""Several answers to one item, and a cheap judge next to a few careful ones."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from kit.errors import KitError
from kit.evaluation.statistics.intervals import Interval
from kit.i18n import gettext as _


def pass_at_k(n: int, correct: int, k: int) -> float:
    """Return the chance that at least one of k answers is right, without bias, from n answers.

    ``1 − (1 − correct/n)**k`` is too low.

    References
    ----------
    Chen et al. (2021), arXiv:2107.03374.

    Examples
    --------
    >>> pass_at_k(10, 2, 5) == 1 - 56 / 252  # C(8, 5) / C(10, 5)
    True
    """
    if not 1 <= k <= n or not 0 <= correct <= n:
        raise KitError(
            _("pass@{k} of {n} answers with {c} right has no meaning").format(k=k, n=n, c=correct),
            fix=_("Ask for at least k answers and count the right ones among them"),
        )
    return 1 - math.comb(n - correct, k) / math.comb(n, k)


def prediction_powered_mean(
    labels: ArrayLike, judged: ArrayLike, judged_alone: ArrayLike, *, alpha: float = 0.05
) -> Interval:
    """Return the mean of careful labels, made more precise by a judge that is wrong at times.

    The judge's mean over many items is corrected by its error on the few items that a person labelled too.
    An interval from the judge alone has no coverage when the judge is biased.

    Parameters
    ----------
    labels, judged
        What the person and the judge say of the same items, shape (n,).
    judged_alone
        What the judge says of other items of the same kind, shape (N,).

    References
    ----------
    Angelopoulos et al. (2023), Prediction-powered inference, Science 382.
    """
    from scipy import stats

    y = np.asarray(labels, dtype=float)
    f = np.asarray(judged, dtype=float)
    alone = np.asarray(judged_alone, dtype=float)
    if y.shape != f.shape or y.size < 2 or alone.size < 2:
        raise KitError(
            _("labels and judged must be of the same items, at least two of them"),
            fix=_("Give what the judge says of the labelled items, in the same order"),
        )
    correction = y - f
    mean = float(alone.mean() + correction.mean())
    variance = alone.var(ddof=1) / alone.size + correction.var(ddof=1) / y.size
    half = float(stats.norm.ppf(1 - alpha / 2) * math.sqrt(variance))
    return Interval(mean, mean - half, mean + half, "prediction-powered", y.size + alone.size)
