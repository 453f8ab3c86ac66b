"""Argo floats: profiles of temperature and salinity (and oxygen), with their quality flags.

The traps of the format are handled here. Each measurement stands in the file twice: as the float sent it,
and adjusted. Which of the two counts is said by the data mode of the profile (of the parameter, in
synthetic files), and whether a value counts by the flag beside it. Flags are letters, with blanks where
there is no measurement. A position can be missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import numpy as np
import xarray as xr

from kit.ocean.catalogue import Entry
from kit.ocean.reading import open_netcdf

PARAMETERS = ("PRES", "TEMP", "PSAL", "DOXY")
# Argo reference table 2: 1 good, 2 probably good, 5 changed, 8 estimated (interpolated).
GOOD = (1, 2, 5, 8)
NO_FLAG = 9
VALUES = {
    f"{name}{suffix}" for name in PARAMETERS for suffix in ("", "_QC", "_ADJUSTED", "_ADJUSTED_QC")
}
ABOUT_PROFILES = {
    "CYCLE_NUMBER",
    "DATA_MODE",
    "DIRECTION",
    "JULD",
    "LATITUDE",
    "LONGITUDE",
    "PARAMETER_DATA_MODE",
    "POSITION_QC",
    "STATION_PARAMETERS",
}
OPTIONS = {"quality": ("good", "all")}


def read(
    paths: Mapping[str, Path], entry: Entry, *, quality: Literal["good", "all"] = "good"
) -> xr.Dataset:
    """Return a float's profiles.

    ``quality="good"``: the adjusted value where the data mode says so, else the raw one, and only values
    with a good flag. ``quality="all"``: raw values, adjusted values (``TEMP_ADJUSTED``) and flags
    (``TEMP_QC``, whole numbers), as the file has them.
    """
    raw = open_netcdf(paths[entry.files[0].name], VALUES | ABOUT_PROFILES)
    names = [name for name in PARAMETERS if name in raw]
    modes = _data_modes(raw, names)
    variables: dict[str, Any] = {}
    for name in names:
        if quality == "all":
            variables[name] = _variable(raw, name)
            variables[f"{name}_QC"] = _flags(raw, f"{name}_QC")
            variables[f"{name}_ADJUSTED"] = _variable(raw, f"{name}_ADJUSTED")
            variables[f"{name}_ADJUSTED_QC"] = _flags(raw, f"{name}_ADJUSTED_QC")
        else:
            variables[name] = _good_values(raw, name, modes[name])
    return xr.Dataset(variables, coords=_coordinates(raw, modes["TEMP"]))


def _good_values(raw: xr.Dataset, name: str, modes: np.ndarray) -> xr.Variable:
    adjusted = np.isin(modes, ("A", "D"))[:, np.newaxis]
    values = np.where(adjusted, raw[f"{name}_ADJUSTED"].values, raw[name].values)
    flags = np.where(
        adjusted, flag_numbers(raw[f"{name}_ADJUSTED_QC"]), flag_numbers(raw[f"{name}_QC"])
    )
    values = np.where(np.isin(flags, GOOD), values, np.nan)
    return xr.Variable(("profile", "level"), values, _attributes(raw[name]))


def flag_numbers(flags: xr.DataArray) -> np.ndarray:
    """Return quality flags as whole numbers; 9, 'missing', where there is none."""
    values = flags.values
    if values.dtype.kind == "O":
        # A blank is a missing value of the file, which xarray turns into a float among the letters.
        values = np.where(values == values, values, b"9")
    letters = values.astype("S1")
    return np.where(letters == b"", b"9", letters).astype(np.int8)


def _data_modes(raw: xr.Dataset, names: list[str]) -> dict[str, np.ndarray]:
    """Return for each parameter the data mode of every profile: R, A or D."""
    if "DATA_MODE" in raw:
        return dict.fromkeys(names, raw["DATA_MODE"].values.astype("U1"))
    modes = raw["PARAMETER_DATA_MODE"].values.astype("U1")
    listed = np.char.strip(raw["STATION_PARAMETERS"].values.astype("U64"))
    return {
        name: np.array(
            [
                next(iter(row[wanted]), "R")
                for row, wanted in zip(modes, listed == name, strict=True)
            ]
        )
        for name in names
    }


def _coordinates(raw: xr.Dataset, modes: np.ndarray) -> dict[str, Any]:
    known = np.isin(flag_numbers(raw["POSITION_QC"]), GOOD)
    time = raw["JULD"].values.astype("datetime64[s]")
    return {
        "time": ("profile", time, {"standard_name": "time", "long_name": "date of the profile"}),
        "latitude": (
            "profile",
            np.where(known, raw["LATITUDE"].values, np.nan),
            {**_attributes(raw["LATITUDE"]), "standard_name": "latitude"},
        ),
        "longitude": (
            "profile",
            np.where(known, raw["LONGITUDE"].values, np.nan),
            {**_attributes(raw["LONGITUDE"]), "standard_name": "longitude"},
        ),
        "cycle": ("profile", raw["CYCLE_NUMBER"].values.astype(int)),
        "direction": ("profile", raw["DIRECTION"].values.astype("U1")),
        "data_mode": (
            "profile",
            modes,
            {"flag_values": "R, A, D", "flag_meanings": "real_time adjusted delayed_mode"},
        ),
    }


def _variable(raw: xr.Dataset, name: str) -> xr.Variable:
    return xr.Variable(("profile", "level"), raw[name].values, _attributes(raw[name]))


def _flags(raw: xr.Dataset, name: str) -> xr.Variable:
    return xr.Variable(
        ("profile", "level"),
        flag_numbers(raw[name]),
        {"long_name": "quality flag", "conventions": "Argo reference table 2"},
    )


def _attributes(array: xr.DataArray) -> dict[str, Any]:
    kept = ("units", "long_name", "standard_name")
    return {key: array.attrs[key] for key in kept if key in array.attrs}


def simulate(
    entry: Entry, rng: np.random.Generator, *, quality: Literal["good", "all"] = "good"
) -> xr.Dataset:
    """Return a float in an ocean whose mixed layer deepens in winter; its depth is in ``truth``."""
    profiles, levels = entry.holds.sizes["profile"], entry.holds.sizes["level"]
    first, last = (np.datetime64(day.isoformat(), "s") for day in entry.holds.dates["time"])
    time = first + (last - first) * np.linspace(0, 1, profiles)
    bottom = min(entry.holds.variables["PRES"].range[1] - 100, 2000)  # type: ignore[index]
    pressure = np.tile(np.linspace(5, bottom, levels), (profiles, 1))
    latitude, longitude = _drift(entry, rng, profiles)
    # The mixed layer is deepest at the end of winter: September in the south, March in the north.
    year = (time - time.astype("datetime64[Y]")).astype(float) / (365.25 * 86400)
    winter = np.where(np.nanmean(latitude) < 0, 0.7, 0.2)
    season = np.cos(2 * np.pi * (year - winter))
    depth = 90 + 70 * season
    below = np.maximum(pressure - depth[:, np.newaxis], 0)
    temperature = 3 + (17 - 2 * season[:, np.newaxis]) * np.exp(-below / 500)
    salinity = 34.6 + 0.5 * np.exp(-below / 300)
    noise = rng.normal(size=pressure.shape)
    values = {
        "PRES": pressure,
        "TEMP": temperature + 0.003 * noise,
        "PSAL": salinity + 0.003 * rng.normal(size=pressure.shape),
    }
    if "DOXY" in entry.holds.variables:
        values["DOXY"] = 150 + 60 * np.exp(-below / 200) + rng.normal(size=pressure.shape)
    bad = rng.random(pressure.shape) < 0.002
    return xr.Dataset(
        _simulated_variables(values, bad, quality),
        coords={
            "time": ("profile", time, {"standard_name": "time"}),
            "latitude": ("profile", latitude),
            "longitude": ("profile", longitude),
            "cycle": ("profile", np.arange(1, profiles + 1)),
            "direction": ("profile", np.full(profiles, "A")),
            "data_mode": ("profile", np.full(profiles, "D")),
            "true_mixed_layer": ("profile", depth, {"units": "decibar", "long_name": "truth"}),
        },
        attrs={"truth": "true_mixed_layer is the pressure at the bottom of the mixed layer"},
    )


def _simulated_variables(
    values: Mapping[str, np.ndarray], bad: np.ndarray, quality: str
) -> dict[str, Any]:
    variables: dict[str, Any] = {}
    for name, true in values.items():
        wrong = bad if name in ("TEMP", "PSAL") else np.zeros_like(bad)
        if quality == "good":
            variables[name] = (("profile", "level"), np.where(wrong, np.nan, true))
            continue
        # A bad value is off by much more than the ocean varies.
        sent = np.where(wrong, true - 12, true)
        flags = np.where(wrong, 4, 1).astype(np.int8)
        variables[name] = (("profile", "level"), sent)
        variables[f"{name}_QC"] = (("profile", "level"), flags)
        variables[f"{name}_ADJUSTED"] = (("profile", "level"), np.where(wrong, np.nan, true))
        variables[f"{name}_ADJUSTED_QC"] = (("profile", "level"), flags)
    return variables


def _drift(entry: Entry, rng: np.random.Generator, profiles: int) -> tuple[np.ndarray, np.ndarray]:
    """Return a random walk that stays inside the box of the catalogue."""
    tracks = []
    for name in ("latitude", "longitude"):
        low, high = entry.holds.variables[name].range  # type: ignore[misc]
        walk = np.cumsum(rng.normal(size=profiles))
        scaled = (walk - walk.min()) / max(np.ptp(walk), 1e-9)
        tracks.append(low + (high - low) * (0.1 + 0.8 * scaled))
    return tracks[0], tracks[1]
