"""A year of daily temperature and salinity at a mooring (Ocean Station Papa)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import xarray as xr

from kit.ocean.catalogue import Entry
from kit.ocean.reading import read_r
from kit.ocean.simulation import make_days

DEPTHS = (1.0, 10.0, 20.0, 45.0, 80.0, 100.0, 120.0, 150.0, 200.0)


def read(paths: Mapping[str, Path], entry: Entry) -> xr.Dataset:
    """Return temperature and salinity by day and depth, counted downwards; the file counts upwards."""
    raw = read_r(paths[entry.files[0].name], "papa")
    seconds = np.asarray(raw["t"]).astype("int64")
    return _dataset(
        seconds.astype("datetime64[s]"),
        -np.asarray(raw["z"], dtype=float),
        np.asarray(raw["temperature"]),
        np.asarray(raw["salinity"]),
    )


def _dataset(
    time: np.ndarray, depth: np.ndarray, temperature: np.ndarray, salinity: np.ndarray
) -> xr.Dataset:
    return xr.Dataset(
        {
            "temperature": (("time", "depth"), temperature),
            "salinity": (("time", "depth"), salinity),
        },
        coords={
            "time": ("time", time, {"standard_name": "time"}),
            "depth": ("depth", depth, {"standard_name": "depth", "positive": "down"}),
        },
    )


def simulate(entry: Entry, rng: np.random.Generator) -> xr.Dataset:
    """Return a summer that warms the water above 30 m, and a halocline at 110 m."""
    days = entry.holds.sizes["time"]
    depth = np.array(DEPTHS)
    season = np.cos(2 * np.pi * (np.arange(days) - 240) / 365)[:, np.newaxis]
    temperature = 5 + (3 + 3.5 * season) * np.exp(-((depth / 60) ** 2)) - depth / 200
    salinity = 32.6 + 1.1 / (1 + np.exp(-(depth - 110) / 12)) + 0 * season
    noise = rng.normal(size=(2, days, depth.size))
    return _dataset(
        make_days(entry, "time", days),
        depth,
        temperature + 0.1 * noise[0],
        salinity + 0.01 * noise[1],
    )
