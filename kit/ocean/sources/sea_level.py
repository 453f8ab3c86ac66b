"""Annual mean sea level at the tide gauges of PSMSL, with the names and places of the stations."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from kit.ocean.catalogue import Entry
from kit.ocean.simulation import make_red_noise

# In the twin the sea rises everywhere by so much, in mm a year.
TRUE_TREND = 1.7


def read(paths: Mapping[str, Path], entry: Entry) -> xr.Dataset:
    """Return sea level by station (its PSMSL number) and year; the name is empty where it is not known."""
    levels, stations = (paths[file.name] for file in entry.files)
    table = pd.read_csv(levels, index_col="id")
    places = pd.read_csv(stations, index_col="id").reindex(table.index)
    return _dataset(
        table.index.to_numpy(),
        table.columns.to_numpy().astype(int),
        table.to_numpy(dtype=float),
        places["location"].fillna("").to_numpy().astype(str),
        places["country"].fillna("").to_numpy().astype(str),
        places["latitude"].to_numpy(),
        places["longitude"].to_numpy(),
    )


def _dataset(
    station: np.ndarray,
    year: np.ndarray,
    level: np.ndarray,
    name: np.ndarray,
    country: np.ndarray,
    latitude: np.ndarray,
    longitude: np.ndarray,
) -> xr.Dataset:
    return xr.Dataset(
        {"sea_level": (("station", "year"), level)},
        coords={
            "station": ("station", station, {"long_name": "number of the station at PSMSL"}),
            "year": ("year", year),
            "name": ("station", name),
            "country": ("station", country),
            "latitude": ("station", latitude),
            "longitude": ("station", longitude),
        },
    )


def simulate(entry: Entry, rng: np.random.Generator) -> xr.Dataset:
    """Return gauges with one common trend, red noise, and records that start and stop."""
    stations, years = entry.holds.sizes["station"], entry.holds.sizes["year"]
    year = np.arange(1807, 1807 + years)
    # The numbers that lessons ask for exist in the twin too.
    fixed = np.array([1, 61, 510, 1272])
    others = np.setdiff1d(np.arange(2, 2500), fixed)
    station = np.sort(np.concatenate([fixed, rng.choice(others, stations - 4, replace=False)]))
    weather = np.stack(
        [make_red_noise(rng, years, lag_one=0.4, scale=30) for _unused in range(stations)]
    )
    level = np.round(TRUE_TREND * (year - year[0]) + weather)
    start = np.where(np.isin(station, fixed), 0, rng.integers(90, years - 40, stations))
    level[np.arange(years) < start[:, np.newaxis]] = np.nan
    level[rng.random(level.shape) < 0.03] = np.nan
    level -= np.nanmean(level, axis=1, keepdims=True)
    known = {1: "Brest", 61: "Marseille", 510: "Antofagasta 2", 1272: "Easter Island-E"}
    data = _dataset(
        station,
        year,
        level,
        np.array([known.get(number, f"Simulated {number}") for number in station]),
        np.full(stations, ""),
        np.degrees(np.arcsin(rng.uniform(-0.8, 0.9, stations))),
        rng.uniform(-180, 180, stations),
    )
    data.attrs["truth"] = f"the sea rises by {TRUE_TREND} mm a year at every station"
    return data
