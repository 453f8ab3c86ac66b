"""Which ocean basin each cell of a one-degree grid belongs to, at each depth."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import xarray as xr

from kit.ocean.catalogue import Entry
from kit.ocean.reading import open_netcdf
from kit.ocean.simulation import make_axis


def read(paths: Mapping[str, Path], entry: Entry) -> xr.Dataset:
    """Return the numbers of the basins by depth, latitude and longitude; missing on land.

    The file calls the unit of the numbers 'ids', and writes degree_east for longitudes.
    """
    data = open_netcdf(paths[entry.files[0].name])
    data = data.rename(Z="depth", Y="latitude", X="longitude")
    data["basin"].attrs = {"long_name": "number of the basin", "units": "1"}
    return data


def simulate(entry: Entry, rng: np.random.Generator) -> xr.Dataset:
    """Return three basins of equal width, with a shore that gets nearer with depth."""
    latitude, longitude = make_axis(entry, "latitude"), make_axis(entry, "longitude")
    depth = make_axis(entry, "depth")
    shift = rng.uniform(0, 120)
    number = 1 + ((longitude + shift) % 360 // 120)
    shore = ((longitude + shift) % 120)[np.newaxis, :] < 10 + depth[:, np.newaxis] / 200
    basin = np.where(shore[:, np.newaxis, :], np.nan, number[np.newaxis, np.newaxis, :])
    basin = np.broadcast_to(basin, (depth.size, latitude.size, longitude.size)).copy()
    return xr.Dataset(
        {"basin": (("depth", "latitude", "longitude"), basin)},
        coords={"depth": depth, "latitude": latitude, "longitude": longitude},
    )
