"""Winter anomalies of sea surface temperature, for the analysis of patterns (EOF)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import xarray as xr

from kit.ocean.catalogue import Entry
from kit.ocean.reading import open_netcdf
from kit.ocean.simulation import make_axis, make_days, make_smooth_field

# The standard deviations of the twin's three patterns; what is left is noise.
SIZES = (0.6, 0.3, 0.2)


def read(paths: Mapping[str, Path], entry: Entry) -> xr.Dataset:
    """Return the anomalies; missing over land. The file gives no unit for them."""
    data = open_netcdf(paths[entry.files[0].name])
    return data[["sst"]]


def simulate(entry: Entry, rng: np.random.Generator) -> xr.Dataset:
    """Return three orthogonal patterns, each with its own series, and noise."""
    sizes = entry.holds.sizes
    latitude, longitude = make_axis(entry, "latitude"), make_axis(entry, "longitude")
    fields = np.stack(
        [
            make_smooth_field(rng, (latitude.size, longitude.size), width=(3, 4)).ravel()
            for _size in SIZES
        ]
    )
    patterns = np.linalg.qr(fields.T)[0].T * np.sqrt(fields.shape[1])
    series = rng.normal(size=(len(SIZES), sizes["time"]))
    anomaly = np.einsum("k,kt,ks->ts", np.array(SIZES), series, patterns)
    anomaly = np.clip(anomaly + 0.1 * rng.normal(size=anomaly.shape), -4.5, 4.5)
    return xr.Dataset(
        {
            "sst": (
                ("time", "latitude", "longitude"),
                anomaly.reshape(sizes["time"], latitude.size, -1),
            )
        },
        coords={
            "time": make_days(entry, "time", sizes["time"]),
            "latitude": latitude,
            "longitude": longitude,
        },
        attrs={"truth": f"three patterns with standard deviations {SIZES} on average, and noise"},
    )
