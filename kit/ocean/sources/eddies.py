"""Eddies that were found in a map of sea surface height: centres, sizes and outlines."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import xarray as xr

from kit.ocean.catalogue import Entry
from kit.ocean.reading import open_netcdf

NUMBERS = (
    "amplitude",
    "speed_radius",
    "effective_radius",
    "speed_average",
    "latitude",
    "longitude",
)
OUTLINES = ("effective_contour_latitude", "effective_contour_longitude")
POINTS = 50
# So many of the twin's eddies turn against the clock of the northern hemisphere's highs.
ANTICYCLONES = 3137


def read(paths: Mapping[str, Path], entry: Entry) -> xr.Dataset:
    """Return all eddies of the day; ``rotation`` is 'anticyclonic' or 'cyclonic'."""
    parts = []
    for rotation, file in zip(("anticyclonic", "cyclonic"), entry.files, strict=True):
        part = open_netcdf(paths[file.name], {*NUMBERS, *OUTLINES, "time"})
        part = part.rename(obs="eddy", NbSample="point").drop_attrs(deep=False)
        parts.append(part.assign_coords(rotation=("eddy", np.full(part.sizes["eddy"], rotation))))
    data = xr.concat(parts, dim="eddy", data_vars="all", coords="different", compat="equals")
    data = data.set_coords(["latitude", "longitude", "time"])
    data["effective_contour_latitude"].attrs["units"] = "degrees_north"
    return data


def simulate(entry: Entry, rng: np.random.Generator) -> xr.Dataset:
    """Return round eddies at random places."""
    count = entry.holds.sizes["eddy"]
    latitude = np.degrees(np.arcsin(rng.uniform(-0.94, 0.94, count)))
    longitude = rng.uniform(1, 359, count)
    radius = 1000 * rng.uniform(30, 120, count)
    amplitude = np.minimum(rng.exponential(0.06, count) + 0.004, 1.0)
    angle = np.linspace(0, 2 * np.pi, POINTS)
    north = np.degrees(radius / 6.371e6)[:, np.newaxis]
    east = north / np.cos(np.radians(latitude))[:, np.newaxis]
    rotation = np.where(np.arange(count) < ANTICYCLONES, "anticyclonic", "cyclonic")
    day = np.datetime64(entry.holds.dates["time"][0].isoformat(), "s")
    return xr.Dataset(
        {
            "amplitude": ("eddy", amplitude),
            "speed_radius": ("eddy", 0.8 * radius),
            "effective_radius": ("eddy", radius),
            "speed_average": ("eddy", np.minimum(2 * amplitude, 2.5)),
            "effective_contour_latitude": (
                ("eddy", "point"),
                latitude[:, np.newaxis] + north * np.sin(angle),
            ),
            "effective_contour_longitude": (
                ("eddy", "point"),
                longitude[:, np.newaxis] + east * np.cos(angle),
            ),
        },
        coords={
            "latitude": ("eddy", latitude),
            "longitude": ("eddy", longitude),
            "time": ("eddy", np.full(count, day)),
            "rotation": ("eddy", rotation),
        },
    )
