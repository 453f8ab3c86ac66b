"""Rows that two tables share, and whether more of them are shared than chance explains.

Tables with few distinct values repeat themselves: two honest samples of them share rows. So the share is
held against how often rows repeat inside each table, and against how coarse its values are. Where neither
explains it, one shared row is a leak.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# Above this many multiplications only equal rows are looked for, not nearly equal ones.
_AFFORDABLE = 2e9
_NEARLY = 0.02


@dataclass(frozen=True)
class Overlap:
    """How many rows of one table are in another one.

    Parameters
    ----------
    shared
        Which rows are also in the other table, equal or nearly equal, shape (n,).
    p
        The chance of that many if both are samples of one population, from how often rows repeat.
    """

    shared: NDArray[np.bool_]
    p: float

    @property
    def count(self) -> int:
        """How many rows are shared."""
        return int(self.shared.sum())

    @property
    def leaks(self) -> bool:
        """Whether more rows are shared than chance explains."""
        return self.count > 0 and self.p < 0.001


def find_overlap(rows: NDArray[np.float64], pool: NDArray[np.float64]) -> Overlap:
    """Return which rows are also in a pool, shapes (n, d) and (m, d).

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> pool = rng.normal(size=(200, 5))
    >>> overlap = find_overlap(np.vstack([rng.normal(size=(50, 5)), pool[:2] + 1e-7]), pool)
    >>> overlap.count, overlap.leaks
    (2, True)
    """
    from scipy import stats

    spread = np.vstack([rows, pool]).std(axis=0)
    spread[spread == 0] = 1
    ours, theirs = _keys(rows / spread), _keys(pool / spread)
    found = set(theirs)
    shared = np.array([key in found for key in ours], dtype=bool)
    if len(rows) * len(pool) * rows.shape[1] <= _AFFORDABLE and len(pool) > 2:
        shared |= _nearly_in(rows / spread, pool / spread)
    repeats_in_pool = _repeats(theirs) / len(theirs)
    # Rows that were copied to balance classes repeat in the pool and not in the test rows. So the test rows
    # themselves limit what counts as natural; two more repeats make a small table no false witness.
    repeats_here = (_repeats(ours) + 2) / len(ours) * len(pool) / len(ours)
    natural = min(1.0, max(min(repeats_in_pool, repeats_here), _coarseness(rows, pool)))
    count = int(shared.sum())
    p = 1.0 if count == 0 else float(stats.binomtest(count, len(rows), natural, "greater").pvalue)
    return Overlap(shared, p)


def _coarseness(rows: NDArray[np.float64], pool: NDArray[np.float64]) -> float:
    """Return how often a row meets an equal one in the pool because values are rounded.

    The chance that two rows agree is the product over features of the chance that two values do. Features
    depend on each other, which makes agreement likelier; three quarters of the exponent allow for that.
    """
    both = np.vstack([rows, pool])
    n = len(both)
    log_chance = 0.0
    for column in both.T:
        counts = np.unique(column, return_counts=True)[1].astype(float)
        agree = float((counts * (counts - 1)).sum()) / (n * (n - 1))
        if agree == 0:
            return 0.0
        log_chance += float(np.log(agree))
    return float(len(pool) * np.exp(0.75 * log_chance))


def _keys(rows: NDArray[np.float64]) -> list[bytes]:
    # Four decimals of a standard deviation: a table that went through float32 or a CSV file stays the same.
    rounded = np.round(rows, 4) + 0.0
    return [row.tobytes() for row in rounded]


def _repeats(keys: list[bytes]) -> int:
    from collections import Counter

    return sum(count for count in Counter(keys).values() if count > 1)


def _nearly_in(rows: NDArray[np.float64], pool: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which rows have a neighbour in the pool much nearer than the pool's rows have each other."""
    sample = pool[:: max(1, len(pool) // 500)]
    inside = _nearest(sample, pool, skip_self=True)
    apart = inside[inside > 1e-9]
    if apart.size < 10:
        return np.zeros(len(rows), dtype=bool)
    near: NDArray[np.bool_] = _nearest(rows, pool) < _NEARLY * np.median(apart)
    return near


def _nearest(
    rows: NDArray[np.float64], pool: NDArray[np.float64], *, skip_self: bool = False
) -> NDArray[np.float64]:
    out = np.empty(len(rows))
    squares = (pool**2).sum(axis=1)
    for start in range(0, len(rows), 512):
        part = rows[start : start + 512]
        distance = (part**2).sum(axis=1)[:, None] + squares - 2 * part @ pool.T
        if skip_self:
            distance[distance < 1e-9] = np.inf
        out[start : start + 512] = np.sqrt(np.maximum(distance.min(axis=1), 0))
    return out
