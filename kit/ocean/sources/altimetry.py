"""Maps of sea surface height and geostrophic currents from satellites (DUACS)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import xarray as xr

from kit.ocean.catalogue import Entry, find_entry
from kit.ocean.reading import open_netcdf
from kit.ocean.simulation import make_smooth_field
from kit.ocean.sources.eddies import EARTH_RADIUS, EARTH_ROTATION, GRAVITY, scatter_eddies

# Nearer to the equator than this there is no geostrophic balance.
EQUATOR = 5.0
KEPT = {"adt", "sla", "ugos", "vgos", "latitude", "longitude", "time"}


def read(paths: Mapping[str, Path], entry: Entry) -> xr.Dataset:
    """Return the map of one day, with its time; missing over land."""
    data = open_netcdf(paths[entry.files[0].name], KEPT)
    if "time" not in data.coords:
        # One file has the day only among its attributes.
        day = np.datetime64(data.attrs["time_coverage_start"].rstrip("Z"), "s")
        data = data.assign_coords(time=("time", [day]))
    kept = ("institution", "source", "time_coverage_start")
    data.attrs = {key: data.attrs[key] for key in kept if key in data.attrs}
    return data.isel(time=0)


def simulate(entry: Entry, rng: np.random.Generator) -> xr.Dataset:
    """Return a random height field and the currents that are in balance with it.

    The field of the whole world holds the eddies of the twin of ``eddies-20190223`` with the same seed.
    """
    if "ugos" in entry.holds.variables:
        latitude, longitude = np.arange(-89.875, 90, 0.25), np.arange(0.125, 360, 0.25)
        count = find_entry("eddies-20190223").holds.sizes["eddy"]
        height = raise_eddies(scatter_eddies(rng, count), latitude, longitude)
        height += 0.5 * np.cos(np.radians(2 * latitude))[:, np.newaxis]
        height += 0.01 * make_smooth_field(rng, height.shape, width=(5, 5))
    else:
        latitude, longitude = np.arange(30.0625, 46, 0.125), np.arange(-5.9375, 37, 0.125)
        height = 0.06 * make_smooth_field(rng, (latitude.size, longitude.size), width=(5, 5))
    fields = {name: height for name in ("adt", "sla") if name in entry.holds.variables}
    if "ugos" in entry.holds.variables:
        fields["ugos"], fields["vgos"] = balance(height, latitude, longitude)
    day = np.datetime64(entry.holds.dates["time"][0].isoformat(), "s")
    return xr.Dataset(
        {name: (("latitude", "longitude"), values) for name, values in fields.items()},
        coords={"latitude": latitude, "longitude": longitude, "time": day},
        attrs={"truth": "ugos and vgos balance adt outside 5 degrees of the equator"},
    )


def raise_eddies(
    eddies: Mapping[str, np.ndarray], latitude: np.ndarray, longitude: np.ndarray
) -> np.ndarray:
    """Return the height (m) of bell-shaped hills and hollows on an even grid around the world."""
    height = np.zeros((latitude.size, longitude.size))
    step = latitude[1] - latitude[0]
    names = ("latitude", "longitude", "radius", "amplitude", "sign")
    for north, east, radius, amplitude, sign in zip(*(eddies[name] for name in names), strict=True):
        # Beyond three radii a bell is below 2 % of its height.
        reach = np.degrees(3 * radius / EARTH_RADIUS)
        width = reach / np.cos(np.radians(north))
        row, column = (
            round((a - b) / step) for a, b in ((north, latitude[0]), (east, longitude[0]))
        )
        down, across = int(reach / step) + 1, int(width / step) + 1
        rows = np.arange(max(row - down, 0), min(row + down + 1, latitude.size))
        columns = np.arange(column - across, column + across + 1)
        away = (latitude[rows] - north)[:, np.newaxis] ** 2 + (
            (longitude[0] + step * columns - east) * np.cos(np.radians(north))
        ) ** 2
        bell = sign * amplitude * np.exp(-away / (2 * np.degrees(radius / EARTH_RADIUS) ** 2))
        height[np.ix_(rows, columns % longitude.size)] += bell
    return height


def balance(
    height: np.ndarray, latitude: np.ndarray, longitude: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the currents (m/s, east and north) in geostrophic balance with a height field (m)."""
    coriolis = 2 * EARTH_ROTATION * np.sin(np.radians(latitude))
    coriolis = np.where(np.abs(latitude) < EQUATOR, np.nan, coriolis)[:, np.newaxis]
    north = np.gradient(height, EARTH_RADIUS * np.radians(latitude), axis=0)
    step = EARTH_RADIUS * np.radians(longitude[1] - longitude[0])
    east = np.gradient(height, step, axis=1) / np.cos(np.radians(latitude))[:, np.newaxis]
    # Next to the poles the meridians meet and the quotient means nothing.
    polar = (np.abs(latitude) > 80)[:, np.newaxis]
    u, v = -GRAVITY / coriolis * north, GRAVITY / coriolis * east
    return np.where(polar, np.nan, u), np.where(polar, np.nan, v)
