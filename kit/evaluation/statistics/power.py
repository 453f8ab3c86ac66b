"""How many items an evaluation needs, and how small a difference it can see."""

from __future__ import annotations

import math


def needed_items(
    difference: float,
    *,
    variance: float,
    noise: float = 0.0,
    other_noise: float = 0.0,
    answers: int = 1,
    alpha: float = 0.05,
    power: float = 0.8,
) -> float:
    """Return how many items show a paired difference with the given power.

    Parameters
    ----------
    difference
        The true difference of the two means.
    variance
        The variance of the paired difference between items, ω².
    noise, other_noise
        The mean variance of one answer to one item, for each system.
    answers
        How often each item is answered and averaged.

    References
    ----------
    Miller (2024), arXiv:2411.00640, section 5.

    Examples
    --------
    >>> round(needed_items(0.03, variance=1 / 9))
    969
    """
    spread = variance + (noise + other_noise) / answers
    return (_quantiles(alpha, power) / difference) ** 2 * spread


def detectable_difference(
    n: int,
    *,
    variance: float,
    noise: float = 0.0,
    other_noise: float = 0.0,
    answers: int = 1,
    alpha: float = 0.05,
    power: float = 0.8,
) -> float:
    """Return the smallest paired difference that n items show with the given power.

    Examples
    --------
    >>> round(detectable_difference(969, variance=1 / 9), 3)
    0.03
    """
    spread = variance + (noise + other_noise) / answers
    return _quantiles(alpha, power) * math.sqrt(spread / n)


def _quantiles(alpha: float, power: float) -> float:
    from scipy import stats

    return float(stats.norm.ppf(1 - alpha / 2) + stats.norm.ppf(power))
