"""Two systems: paired and unpaired differences, McNemar's test, and Holm's correction over many rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from kit.errors import KitError
from kit.evaluation.statistics.intervals import (
    Interval,
    change_interval,
    clustered_interval,
    mean_interval,
)
from kit.i18n import gettext as _


@dataclass(frozen=True)
class Difference:
    """A difference with its interval and the p-value of no difference."""

    interval: Interval
    p: float
    test: str

    @property
    def value(self) -> float:
        """The difference itself."""
        return self.interval.value


def compare_paired(
    ours: ArrayLike, theirs: ArrayLike, *, clusters: ArrayLike | None = None, alpha: float = 0.05
) -> Difference:
    """Return ours − theirs for two systems that answered the same items.

    The difference is taken item by item, so what makes an item hard for both cancels. For right and wrong
    answers without clusters the p-value is McNemar's, exact; otherwise it is that of t.

    Parameters
    ----------
    ours, theirs
        One score for each item, shape (n,), in the same order.
    clusters
        One label for each item, where items are not independent.

    Examples
    --------
    >>> import numpy as np
    >>> ours = np.r_[np.ones(26), np.zeros(14), np.ones(360)]
    >>> theirs = np.r_[np.zeros(26), np.ones(14), np.ones(360)]
    >>> difference = compare_paired(ours, theirs)
    >>> round(difference.value, 3), round(difference.p, 4), difference.test
    (0.03, 0.0807, 'McNemar, exact')
    """
    from scipy import stats

    a, b = np.asarray(ours, dtype=float), np.asarray(theirs, dtype=float)
    if a.shape != b.shape:
        raise KitError(
            _("one system has {n} scores and the other {m}").format(n=a.size, m=b.size),
            fix=_("Compare systems on the same items"),
        )
    change = a - b
    if clusters is not None:
        interval = clustered_interval(change, clusters, alpha=alpha)
        freedom = (interval.clusters or 2) - 1
        name = "clustered t"
    else:
        interval = mean_interval(change, alpha=alpha)
        freedom, name = a.size - 1, "paired t"
        if set(np.unique(np.concatenate([a, b]))) <= {0.0, 1.0}:
            interval = change_interval(change, alpha=alpha)
            only_ours, only_theirs = int((change > 0).sum()), int((change < 0).sum())
            return Difference(interval, test_mcnemar(only_ours, only_theirs), "McNemar, exact")
    half = interval.high - interval.value
    if half == 0:
        return Difference(interval, float(interval.value == 0), name)
    error = half / stats.t.ppf(1 - alpha / 2, freedom)
    return Difference(interval, float(2 * stats.t.sf(abs(interval.value) / error, freedom)), name)


def test_mcnemar(only_ours: int, only_theirs: int) -> float:
    """Return the exact p-value of McNemar's test from the two counts of items on which systems disagree.

    Examples
    --------
    >>> round(test_mcnemar(26, 14), 4)
    0.0807
    """
    from scipy import stats

    discordant = only_ours + only_theirs
    if discordant == 0:
        return 1.0
    return float(stats.binomtest(only_ours, discordant, 0.5).pvalue)


test_mcnemar.__test__ = False  # type: ignore[attr-defined]  # A test of statistics, not pytest's.


def compare_independent_shares(
    successes: int, n: int, other_successes: int, other_n: int, *, alpha: float = 0.05
) -> Interval:
    """Return the difference of two shares that come from different items, with Newcombe's interval.

    Examples
    --------
    >>> interval = compare_independent_shares(56, 70, 48, 80)  # Newcombe (1998), method 10
    >>> round(interval.value, 4), round(interval.low, 4), round(interval.high, 4)
    (0.2, 0.0524, 0.3339)
    """
    from statsmodels.stats.proportion import confint_proportions_2indep

    low, high = confint_proportions_2indep(
        successes, n, other_successes, other_n, method="newcomb", compare="diff", alpha=alpha
    )
    value = successes / n - other_successes / other_n
    return Interval(value, float(low), float(high), "Newcombe", n + other_n)


def adjust_holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """Return p-values adjusted for looking at all of them, by Holm's step-down method.

    Examples
    --------
    >>> [round(p, 3) for p in adjust_holm([0.01, 0.04, 0.03])]
    [0.03, 0.06, 0.06]
    """
    p = np.asarray(p_values, dtype=float)
    order = np.argsort(p, kind="stable")
    # The smallest is held against all, the next against one less, and none falls below the one before.
    stepped = np.maximum.accumulate(p[order] * np.arange(p.size, 0, -1))
    adjusted = np.empty(p.size)
    adjusted[order] = np.minimum(stepped, 1)
    return tuple(adjusted.tolist())
