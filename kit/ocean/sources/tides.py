"""Hourly sea level in the format of the Joint Archive for Sea Level (JASL), which UHSLC uses too.

The first line names the station, its place (degrees, minutes and tenths), the time zone and the unit. Each
day has two lines, morning and afternoon, with twelve values each; 9999 means 'no value'.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import xarray as xr

from kit.errors import KitError
from kit.i18n import gettext as _
from kit.ocean.catalogue import Entry
from kit.ocean.simulation import make_red_noise

MISSING = 9999
MILLIMETRES = 1000.0
# Constituent: period in hours, amplitude in metres, phase in radians; those of the twin, exactly.
CONSTITUENTS = {
    "M2": (12.4206012, 0.62, 0.4),
    "S2": (12.0, 0.14, 1.1),
    "N2": (12.65834751, 0.14, 2.0),
    "K1": (23.93447213, 0.10, 0.7),
    "O1": (25.81933871, 0.05, 2.6),
}


def read(paths: Mapping[str, Path], entry: Entry) -> xr.Dataset:
    """Return sea level in metres, once an hour, in Universal Time."""
    lines = paths[entry.files[0].name].read_text(encoding="ascii").splitlines()
    header, records = lines[0], [line for line in lines[1:] if line.strip()]
    if not header.rstrip().endswith("MM") or " 0000 " not in header:
        raise KitError(
            _("the first line does not promise millimetres in Universal Time: {line}").format(
                line=header.strip()
            ),
            where=entry.name,
        )
    hours = [_hours_of(record) for record in records]
    values = np.array([_values_of(record) for record in records], dtype=float).ravel()
    level = np.where(values == MISSING, np.nan, values / MILLIMETRES)
    data = _dataset(np.concatenate(hours), level)
    data.attrs = {
        "station": header[5:24].strip(),
        "latitude": _angle(header[49:55]),
        "longitude": _angle(header[56:63]),
        "datum": "zero of the tide gauge",
    }
    return data.sortby("time")


def _hours_of(record: str) -> np.ndarray:
    year, month, day, half = record[11:15], record[15:17], record[17:19], record[19]
    start = np.datetime64(f"{year}-{month.strip():0>2}-{day.strip():0>2}T00", "h")
    return start + np.timedelta64(12 * (int(half) - 1), "h") + np.arange(12)


def _values_of(record: str) -> list[int]:
    # Twelve fields of five characters: values above 9999 would touch each other.
    return [int(record[start : start + 5]) for start in range(20, 80, 5)]


def _angle(text: str) -> float:
    """Return degrees from degrees, minutes and tenths of minutes, such as 44400N."""
    digits, hemisphere = text.strip()[:-1], text.strip()[-1]
    degrees = int(digits[:-3]) + int(digits[-3:]) / 10 / 60
    return round(-degrees if hemisphere in "SW" else degrees, 4)


def _dataset(time: np.ndarray, level: np.ndarray) -> xr.Dataset:
    return xr.Dataset(
        {"sea_level": ("time", level)},
        coords={"time": ("time", time.astype("datetime64[s]"), {"standard_name": "time"})},
    )


def simulate(entry: Entry, rng: np.random.Generator) -> xr.Dataset:
    """Return five constituents and weather; without nodal modulation, so a plain fit finds them."""
    first = np.datetime64(entry.holds.dates["time"][0].isoformat(), "h")
    hours = np.arange(entry.holds.sizes["time"])
    tide = sum(
        amplitude * np.cos(2 * np.pi * hours / period - phase)
        for period, amplitude, phase in CONSTITUENTS.values()
    )
    weather = make_red_noise(rng, hours.size, lag_one=0.98, scale=0.12)
    data = _dataset(first + hours, 1.3 + tide + weather)
    data.attrs = {
        "station": "simulated",
        "latitude": 44.6667,
        "longitude": -63.5833,
        "truth": "; ".join(
            f"{name}: {amplitude} m, {phase} rad"
            for name, (_period, amplitude, phase) in CONSTITUENTS.items()
        ),
    }
    return data
