"""The environment at the stations of Tara Oceans, from the sea and from satellites.

Four columns of the file carry the names of carbonate variables and the values of pigments. They are left
out, unless ``defects=True`` asks for them.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from kit.ocean.catalogue import Entry
from kit.ocean.simulation import make_table

# The column with the wrong name, and the pigment that it repeats.
REPEATED = {"HCO3": "phaeophorba", "CO3": "butan", "tcarb": "fuco", "tAlka": "neox"}
OPTIONS = {"defects": (False, True)}


def read(paths: Mapping[str, Path], entry: Entry, *, defects: bool = False) -> pd.DataFrame:
    """Return one row a station."""
    table = pd.read_csv(paths[entry.files[0].name])
    return table if defects else table.drop(columns=list(REPEATED))


def simulate(entry: Entry, rng: np.random.Generator, *, defects: bool = False) -> pd.DataFrame:
    """Return stations in random places, warm at the equator; the other columns are independent."""
    table = make_table(entry, rng)
    table["Station"] = np.arange(1, len(table) + 1)
    warm = 27 * np.cos(np.radians(table["Lat"])) ** 2
    table["Tzeu"] = np.clip(warm + rng.normal(size=len(table)), -1.8, 31)
    if defects:
        for name, pigment in REPEATED.items():
            table[name] = table[pigment]
    table.attrs["truth"] = "temperature is 27 cos² of latitude, with noise of 1 degree"
    return table
