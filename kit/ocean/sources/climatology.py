"""Mean temperature and salinity at the surface of the ocean, one degree (World Ocean Atlas 2013)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import xarray as xr

from kit.ocean.catalogue import Entry
from kit.ocean.reading import read_r
from kit.ocean.simulation import make_axis, make_smooth_field


def read(paths: Mapping[str, Path], entry: Entry) -> xr.Dataset:
    """Return the two fields by latitude and longitude; R stores them the other way round."""
    raw = read_r(paths[entry.files[0].name], "levitus")
    return xr.Dataset(
        {name: (("latitude", "longitude"), np.asarray(raw[name]).T) for name in ("SST", "SSS")},
        coords={"latitude": np.asarray(raw["latitude"]), "longitude": np.asarray(raw["longitude"])},
    )


def simulate(entry: Entry, rng: np.random.Generator) -> xr.Dataset:
    """Return water that is warm at the equator and salt in the subtropics, everywhere ocean."""
    latitude, longitude = make_axis(entry, "latitude"), make_axis(entry, "longitude")
    noise = make_smooth_field(rng, (latitude.size, longitude.size), width=(6, 12))
    radians = np.radians(latitude)[:, np.newaxis]
    warm = -1.5 + 29 * np.cos(radians) ** 2 + 0.5 * np.clip(noise, -2, 2) * np.cos(radians)
    salt = 34 + 1.5 * np.sin(2.5 * np.abs(radians)) + 0.3 * np.clip(noise, -3, 3)
    return xr.Dataset(
        {"SST": (("latitude", "longitude"), warm), "SSS": (("latitude", "longitude"), salt)},
        coords={"latitude": latitude, "longitude": longitude},
        attrs={"truth": "temperature is -1.5 + 29 cos² of latitude, apart from small noise"},
    )
