"""Abundances of zooplankton taxa in the WP2 nets of Tara Oceans.

Five files without headers belong together: a matrix, the names of its columns, the numbers of its rows,
the environment of the rows, and the names of its columns. Names stand in quotes.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from kit.ocean.catalogue import Entry

PLACE = {"Latitude": "latitude", "Longitude": "longitude"}


def read(paths: Mapping[str, Path], entry: Entry) -> xr.Dataset:
    """Return individuals in a cubic metre by station and taxon, and the environment by station."""
    matrix, names, stations, hydro, headers = (paths[file.name] for file in entry.files)
    environment = pd.read_csv(hydro, header=None, names=_words(headers))
    return _dataset(
        pd.read_csv(matrix, header=None).to_numpy(dtype=float),
        np.array(_words(names)),
        pd.read_csv(stations, header=None)[0].to_numpy(),
        environment,
    )


def _words(path: Path) -> list[str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line.strip().strip("'") for line in lines if line.strip()]


def _dataset(
    abundance: np.ndarray, taxa: np.ndarray, stations: np.ndarray, environment: pd.DataFrame
) -> xr.Dataset:
    places = {PLACE[name]: ("station", environment[name].to_numpy()) for name in PLACE}
    others = environment.drop(columns=[*PLACE, "Stations"], errors="ignore")
    return xr.Dataset(
        {
            "abundance": (("station", "taxon"), abundance),
            **{str(name): ("station", others[name].to_numpy(dtype=float)) for name in others},
        },
        coords={"station": stations, "taxon": taxa, **places},
    )


def simulate(entry: Entry, rng: np.random.Generator) -> xr.Dataset:
    """Return communities with more taxa in warm water."""
    stations, taxa = entry.holds.sizes["station"], entry.holds.sizes["taxon"]
    latitude = np.degrees(np.arcsin(rng.uniform(-0.9, 0.97, stations)))
    warm = 28 * np.cos(np.radians(latitude)) ** 2
    share = 0.1 + 0.25 * warm / 28
    present = rng.random((stations, taxa)) < share[:, np.newaxis]
    common = rng.lognormal(0, 1.5, taxa)
    abundance = present * common * rng.lognormal(0, 0.7, (stations, taxa))
    others = [
        name for name in entry.holds.columns if name not in ("abundance", "Temp_10m", "Sal_10m")
    ]
    environment = pd.DataFrame(
        {
            **{name: rng.beta(2, 5, stations) for name in others},
            "Latitude": latitude,
            "Longitude": rng.uniform(-170, 175, stations),
            "Temp_10m": np.clip(warm + rng.normal(size=stations), -1.8, 31),
            "Sal_10m": 34.5 + rng.normal(size=stations),
        }
    )
    data = _dataset(
        abundance,
        np.array([f"Simulated taxon {number}" for number in range(1, taxa + 1)]),
        np.arange(1, stations + 1),
        environment,
    )
    data.attrs["truth"] = "a taxon is present with probability 0.10 at 0 degrees and 0.35 at 28"
    return data
