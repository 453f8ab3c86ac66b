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
# So many of the twin's eddies are hills; the others are hollows.
ANTICYCLONES = 3137
# No eddy of the twin turns faster, in m/s, so that those near the equator are low.
FASTEST = 0.6
GRAVITY = 9.81
EARTH_RADIUS = 6.371e6
EARTH_ROTATION = 7.2921e-5


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


def scatter_eddies(rng: np.random.Generator, count: int) -> dict[str, np.ndarray]:
    """Return round eddies at random places: the first ones are hills, the others hollows.

    The twin of the height map draws the same eddies first, so with one seed the two twins fit together.

    Parameters
    ----------
    rng
        Nothing may have been drawn from it.
    count
        How many eddies.

    Returns
    -------
    dict
        Latitude and longitude (degrees), radius at which the current is fastest (m), amplitude (m), speed
        (m/s, in geostrophic balance) and sign (1 for a hill, -1 for a hollow).
    """
    latitude = np.degrees(np.arcsin(rng.uniform(-0.94, 0.94, count)))
    longitude = rng.uniform(1, 359, count)
    radius = 1000 * rng.uniform(28, 75, count)
    # A hill of this shape and of 1 m height turns so fast.
    coriolis = np.abs(2 * EARTH_ROTATION * np.sin(np.radians(latitude)))
    per_metre = GRAVITY * np.exp(-0.5) / (np.maximum(coriolis, 1e-9) * radius)
    amplitude = np.minimum(rng.exponential(0.06, count) + 0.004, FASTEST / per_metre)
    return {
        "latitude": latitude,
        "longitude": longitude,
        "radius": radius,
        "amplitude": amplitude,
        "speed": amplitude * per_metre,
        "sign": np.where(np.arange(count) < ANTICYCLONES, 1, -1),
    }


def simulate(entry: Entry, rng: np.random.Generator) -> xr.Dataset:
    """Return round eddies at random places, those of the height map's twin with the same seed."""
    count = entry.holds.sizes["eddy"]
    drawn = scatter_eddies(rng, count)
    angle = np.linspace(0, 2 * np.pi, POINTS)
    outer = 1.25 * drawn["radius"]
    north = np.degrees(outer / EARTH_RADIUS)[:, np.newaxis]
    east = north / np.cos(np.radians(drawn["latitude"]))[:, np.newaxis]
    day = np.datetime64(entry.holds.dates["time"][0].isoformat(), "s")
    return xr.Dataset(
        {
            "amplitude": ("eddy", drawn["amplitude"]),
            "speed_radius": ("eddy", drawn["radius"]),
            "effective_radius": ("eddy", outer),
            "speed_average": ("eddy", drawn["speed"]),
            "effective_contour_latitude": (
                ("eddy", "point"),
                drawn["latitude"][:, np.newaxis] + north * np.sin(angle),
            ),
            "effective_contour_longitude": (
                ("eddy", "point"),
                drawn["longitude"][:, np.newaxis] + east * np.cos(angle),
            ),
        },
        coords={
            "latitude": ("eddy", drawn["latitude"]),
            "longitude": ("eddy", drawn["longitude"]),
            "time": ("eddy", np.full(count, day)),
            "rotation": ("eddy", np.where(drawn["sign"] > 0, "anticyclonic", "cyclonic")),
        },
        attrs={"truth": "the eddies are hills and hollows of the twin of altimetry-global"},
    )
