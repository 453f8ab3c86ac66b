"""Building blocks of twins: fields, series and tables with a known truth, from a random generator."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kit.ocean.catalogue import Entry

if TYPE_CHECKING:
    import pandas as pd


def make_red_noise(
    rng: np.random.Generator, count: int, *, lag_one: float, scale: float = 1.0
) -> np.ndarray:
    """Return a stationary autoregressive series of order one with this standard deviation.

    Examples
    --------
    >>> x = make_red_noise(np.random.default_rng(0), 20000, lag_one=0.9, scale=2.0)
    >>> round(float(x.std()), 1), round(float(np.corrcoef(x[1:], x[:-1])[0, 1]), 1)
    (2.0, 0.9)
    """
    from scipy.signal import lfilter

    shocks = rng.normal(size=count) * np.sqrt(1 - lag_one**2)
    # The first value is drawn from the stationary distribution, so that there is no run-up.
    shocks[:1] /= np.sqrt(1 - lag_one**2)
    return scale * lfilter([1.0], [1.0, -lag_one], shocks)


def make_smooth_field(
    rng: np.random.Generator, shape: tuple[int, int], *, width: tuple[float, float]
) -> np.ndarray:
    """Return a random field of mean 0 and variance 1, smooth over ``width`` cells, periodic in axis 1."""
    from scipy.ndimage import gaussian_filter

    field = gaussian_filter(rng.normal(size=shape), width, mode=("nearest", "wrap"))
    return (field - field.mean()) / field.std()


def spread(entry: Entry, name: str, values: np.ndarray, *, share: float = 0.8) -> np.ndarray:
    """Return values rescaled into the middle of a variable's range in the catalogue."""
    limits = entry.holds.variables[name].range
    if limits is None:
        return values
    low, high = limits
    unit = (values - values.min()) / max(float(np.ptp(values)), 1e-12)
    return low + (high - low) * ((1 - share) / 2 + share * unit)


def make_axis(entry: Entry, name: str) -> np.ndarray:
    """Return the evenly spaced coordinate whose ends and size stand in the catalogue."""
    low, high = entry.holds.variables[name].range  # type: ignore[misc]
    return np.linspace(low, high, entry.holds.sizes[name])


def make_days(entry: Entry, name: str, count: int) -> np.ndarray:
    """Return so many evenly spaced times between the first and the last day of the catalogue."""
    first, last = (np.datetime64(day.isoformat(), "s") for day in entry.holds.dates[name])
    return first + ((last - first) * np.linspace(0, 1, count)).astype("timedelta64[s]")


def make_table(
    entry: Entry, rng: np.random.Generator, words: dict[str, list[str]] | None = None
) -> pd.DataFrame:
    """Return a table with the columns and rows of the catalogue, and independent values.

    A column among ``words`` holds these words. A number lies in the range of the catalogue, or between
    0 and 1 where it gives none. Nothing depends on anything: such a table shows shape, not science.
    """
    import pandas as pd

    rows = entry.holds.sizes["row"]
    names = entry.holds.columns or tuple(entry.holds.variables)
    words = words or {}
    columns: dict[str, np.ndarray] = {}
    for name in names:
        if name in words:
            columns[name] = rng.choice(np.array(words[name], dtype=object), rows)
            continue
        drawn = rng.beta(2, 5, size=rows)
        columns[name] = spread(entry, name, drawn) if name in entry.holds.variables else drawn
    return pd.DataFrame(columns)
