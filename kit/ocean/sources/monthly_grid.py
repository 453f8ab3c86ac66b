"""Monthly fields on a coarse grid whose values stand on its nodes, not in the middle of its cells."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import xarray as xr

from kit.ocean.catalogue import Entry
from kit.ocean.reading import open_netcdf
from kit.ocean.simulation import make_axis, make_red_noise, make_smooth_field

NODES = {"grid": "node"}
FIRST_YEAR = 1991


def read(paths: Mapping[str, Path], entry: Entry) -> xr.Dataset:
    """Return the fields by time, latitude and longitude; `kit.ocean.grids.box_mean` knows the grid."""
    data = open_netcdf(paths[entry.files[0].name])
    data = data.rename({"lat": "latitude", "lon": "longitude"})
    # The file says of itself what it should say of its variables.
    return _mark_nodes(data.drop_attrs(deep=False))


def simulate(entry: Entry, rng: np.random.Generator) -> xr.Dataset:
    """Return a seasonal cycle, one pattern with red noise, and white noise."""
    latitude, longitude = make_axis(entry, "latitude"), make_axis(entry, "longitude")
    months = entry.holds.sizes["time"]
    time = _months(entry, months)
    season = np.cos(2 * np.pi * (np.arange(months) % 12 - 2) / 12)
    pattern = make_smooth_field(rng, (latitude.size, longitude.size), width=(2, 4))
    series = make_red_noise(rng, months, lag_one=0.9, scale=0.8)
    shape = (months, latitude.size, longitude.size)
    variables = {}
    for name in ("sst", "u", "v"):
        if name not in entry.holds.variables:
            continue
        mean = (
            28 - 6 * (latitude / 30) ** 2 if name == "sst" else 4 * np.sin(np.radians(6 * latitude))
        )
        field = (
            mean[np.newaxis, :, np.newaxis]
            + (season[:, np.newaxis] * np.sin(np.radians(3 * latitude)))[:, :, np.newaxis]
            + series[:, np.newaxis, np.newaxis] * np.clip(pattern, -2, 2)
            + 0.2 * rng.normal(size=shape)
        )
        variables[name] = (("time", "latitude", "longitude"), np.clip(field, *_limits(entry, name)))
    data = xr.Dataset(
        variables,
        coords={"time": time, "latitude": latitude, "longitude": longitude},
        attrs={"truth": "one pattern with lag-one autocorrelation 0.9"},
    )
    return _mark_nodes(data)


def _mark_nodes(data: xr.Dataset) -> xr.Dataset:
    """Say on the fields too which grid they are on: a lesson takes one of them and averages it."""
    fields = {name: data[name].assign_attrs(NODES) for name in data.data_vars}
    return data.assign(fields).assign_attrs(NODES)


def _months(entry: Entry, months: int) -> np.ndarray:
    first, last = entry.holds.dates["time"]
    starts = np.datetime64(f"{FIRST_YEAR}-01", "M") + np.arange(months)
    if first.day == last.day:
        return starts.astype("datetime64[s]") + np.timedelta64((first.day - 1) * 86400, "s")
    # The dates are the last days of the months.
    return (starts + 1).astype("datetime64[s]") - np.timedelta64(86400, "s")


def _limits(entry: Entry, name: str) -> tuple[float, float]:
    return entry.holds.variables[name].range or (-np.inf, np.inf)
