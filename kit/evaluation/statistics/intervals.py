"""An interval for one number: a share, a mean, a mean of clustered items, any statistic by bootstrap."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kit.errors import KitError
from kit.i18n import gettext as _


@dataclass(frozen=True)
class Interval:
    """A number, its interval, and how the interval came about.

    Parameters
    ----------
    value, low, high
        The estimate and the two ends.
    method
        The name of the method, such as ``"Wilson"``.
    n
        Items that the number rests on.
    clusters
        Groups of items that are not independent of each other, where there are any.
    """

    value: float
    low: float
    high: float
    method: str
    n: int
    clusters: int | None = None

    def shift(self, offset: float) -> Interval:
        """Return the interval of the number plus a constant."""
        return replace(
            self, value=self.value + offset, low=self.low + offset, high=self.high + offset
        )


def wilson_interval(successes: int, n: int, *, alpha: float = 0.05) -> Interval:
    """Return Wilson's score interval of a share.

    It does not shrink to nothing at 0 % and 100 %, as the interval of Wald does.

    Examples
    --------
    >>> interval = wilson_interval(100, 100)
    >>> round(interval.low, 3), interval.high
    (0.963, 1.0)
    """
    return _share_interval(successes, n, alpha, "wilson", "Wilson")


def clopper_pearson_interval(successes: int, n: int, *, alpha: float = 0.05) -> Interval:
    """Return the interval of Clopper and Pearson of a share, which covers at least as often as it says.

    Examples
    --------
    >>> interval = clopper_pearson_interval(0, 100)
    >>> interval.low, round(interval.high, 4)  # the rule of three gives 0.03 for one side
    (0.0, 0.0362)
    """
    return _share_interval(successes, n, alpha, "beta", "Clopper–Pearson")


def _share_interval(successes: int, n: int, alpha: float, method: str, name: str) -> Interval:
    from statsmodels.stats.proportion import proportion_confint

    if n < 1 or not 0 <= successes <= n:
        raise KitError(
            _("{k} successes of {n} is not a share").format(k=successes, n=n),
            fix=_("Give at least one item and no more successes than items"),
        )
    low, high = proportion_confint(successes, n, alpha=alpha, method=method)
    # Rounding can leave an end beyond the scale or beyond the value, by 1e-17 or so.
    share = successes / n
    return Interval(
        share, max(0.0, min(float(low), share)), min(1.0, max(float(high), share)), name, n
    )


def mean_interval(values: ArrayLike, *, alpha: float = 0.05) -> Interval:
    """Return Student's interval of the mean of independent items.

    Examples
    --------
    >>> interval = mean_interval([1.0, 2.0, 3.0])
    >>> interval.value, round(interval.high, 3)
    (2.0, 4.484)
    """
    from scipy import stats

    x = _items(values)
    half = stats.t.ppf(1 - alpha / 2, x.size - 1) * x.std(ddof=1) / np.sqrt(x.size)
    mean = float(x.mean())
    return Interval(mean, mean - float(half), mean + float(half), "t", x.size)


def change_interval(changes: ArrayLike, *, alpha: float = 0.05) -> Interval:
    """Return the interval of the mean of changes that are −1, 0 or 1, by Agresti and Min.

    The difference of two shares of the same items. Half an item is added to each of the four ways in which two
    answers can agree or differ, so that the interval does not shrink to nothing where no item changed.

    References
    ----------
    Agresti and Min (2005), Statistics in Medicine 24.

    Examples
    --------
    >>> import numpy as np
    >>> interval = change_interval(np.zeros(100))
    >>> interval.value, round(interval.low, 4), round(interval.high, 4)
    (0.0, -0.0192, 0.0192)
    """
    from scipy import stats

    x = _items(changes)
    if not set(np.unique(x)) <= {-1.0, 0.0, 1.0}:
        raise KitError(
            _("changes of right or wrong answers are −1, 0 or 1"),
            fix=_("Use mean_interval for other differences"),
        )
    n = x.size + 2
    gained, lost = (x > 0).sum() + 0.5, (x < 0).sum() + 0.5
    centre = (gained - lost) / n
    error = np.sqrt(gained + lost - (gained - lost) ** 2 / n) / n
    half = stats.norm.ppf(1 - alpha / 2) * error
    low, high = max(-1.0, float(centre - half)), min(1.0, float(centre + half))
    mean = float(x.mean())
    return Interval(mean, min(low, mean), max(high, mean), "Agresti–Min", x.size)


def clustered_interval(values: ArrayLike, clusters: ArrayLike, *, alpha: float = 0.05) -> Interval:
    """Return the interval of a mean whose items come in clusters, with t at C − 1 degrees of freedom.

    Questions on one passage, images of one patient or rows of one station rise and fall together. The
    variance sums the residuals within each cluster first, times C / (C − 1). With few clusters the normal
    quantile is too small: five clusters need 2.78 and not 1.96.

    Parameters
    ----------
    values, clusters
        One value and one label for each item, shape (n,).

    References
    ----------
    Miller (2024), Adding error bars to evals, arXiv:2411.00640, with the small-sample factor.

    Examples
    --------
    >>> import numpy as np
    >>> passages = np.repeat(np.arange(12), 5)
    >>> right = ~np.isin(passages, [0, 3, 6, 9])
    >>> interval = clustered_interval(right, passages)
    >>> round(interval.value, 4), round(clustered_error(right, passages), 7)
    (0.6667, 0.1421338)
    """
    from scipy import stats

    x = _items(values)
    error = clustered_error(x, clusters)
    count = len(np.unique(np.asarray(clusters)))
    half = float(stats.t.ppf(1 - alpha / 2, count - 1)) * error
    mean = float(x.mean())
    return Interval(mean, mean - half, mean + half, "clustered t", x.size, count)


def clustered_error(values: ArrayLike, clusters: ArrayLike) -> float:
    """Return the standard error of a mean whose items come in clusters (with the factor C / (C − 1))."""
    x = _items(values)
    labels = np.asarray(clusters)
    if labels.shape != x.shape:
        raise KitError(
            _("there are {n} values and {m} cluster labels").format(n=x.size, m=labels.size),
            fix=_("Give one cluster label for each item"),
        )
    _names, index = np.unique(labels, return_inverse=True)
    sums = np.bincount(index, weights=x - x.mean())
    if sums.size < 2:
        raise KitError(
            _("all items are in one cluster, so nothing can be said about their spread"),
            fix=_("Give items of at least two clusters"),
        )
    return float(np.sqrt(sums.size / (sums.size - 1) * np.sum(sums**2)) / x.size)


def bootstrap_interval(
    statistic: Callable[[NDArray[np.intp]], float],
    n: int,
    *,
    alpha: float = 0.05,
    seed: int = 0,
    draws: int = 2000,
) -> Interval:
    """Return the percentile bootstrap interval of any statistic of n items.

    Not for a statistic that is biased upwards by noise, such as a calibration error or a largest gap:
    each resample adds the same bias again.

    Parameters
    ----------
    statistic
        Takes the numbers of the items in a resample, shape (n,), and returns a number.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.arange(100.0)
    >>> interval = bootstrap_interval(lambda rows: float(np.median(x[rows])), 100)
    >>> interval.low < 49.5 < interval.high
    True
    """
    rng = np.random.default_rng(seed)
    values = [statistic(rng.integers(0, n, n)) for _draw in range(draws)]
    low, high = np.quantile(values, [alpha / 2, 1 - alpha / 2])
    return Interval(statistic(np.arange(n)), float(low), float(high), "bootstrap", n)


def _items(values: ArrayLike) -> NDArray[np.float64]:
    x = np.asarray(values, dtype=float)
    if x.ndim != 1 or x.size < 2:
        raise KitError(
            _("an interval needs at least two items in one list, and the shape is {shape}").format(
                shape=x.shape
            ),
            fix=_("Give one value for each item"),
        )
    return x
