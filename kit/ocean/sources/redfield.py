"""The points of Redfield's figures of 1934: nitrate against phosphate, and against carbon."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from kit.ocean.catalogue import Entry
from kit.ocean.reading import read_r

POINTS = {"nitrate-phosphate": 119, "nitrate-carbon": 141}
TRUE_NITROGEN_TO_PHOSPHORUS = 16.0
TRUE_CARBON_TO_NITROGEN = 6.6


def read(paths: Mapping[str, Path], entry: Entry) -> pd.DataFrame:
    """Return one row a point; ``figure`` says which of the two it is from."""
    phosphate, carbon = (
        pd.DataFrame(read_r(paths[file.name], file.name.removesuffix(".rda")))
        for file in entry.files
    )
    return _join(phosphate, carbon)


def _join(phosphate: pd.DataFrame, carbon: pd.DataFrame) -> pd.DataFrame:
    parts = []
    for figure, part in zip(POINTS, (phosphate, carbon), strict=True):
        columns = {name: part.get(name, np.nan) for name in ("NO3", "PO4", "CO2")}
        parts.append(pd.DataFrame({"figure": figure, **columns}))
    return pd.concat(parts, ignore_index=True)


def simulate(entry: Entry, rng: np.random.Generator) -> pd.DataFrame:  # noqa: ARG001 - a contract
    """Return two straight lines with noise, of known slope."""
    first, second = POINTS.values()
    nitrate = rng.uniform(1, 35, first)
    phosphate = np.abs(nitrate / TRUE_NITROGEN_TO_PHOSPHORUS + 0.05 * rng.normal(size=first))
    other = rng.uniform(1, 35, second)
    carbon = 1950 + TRUE_CARBON_TO_NITROGEN * other + 5 * rng.normal(size=second)
    table = _join(
        pd.DataFrame({"PO4": phosphate, "NO3": nitrate}),
        pd.DataFrame({"CO2": carbon, "NO3": other}),
    )
    table.attrs["truth"] = f"N:P {TRUE_NITROGEN_TO_PHOSPHORUS}, C:N {TRUE_CARBON_TO_NITROGEN}"
    return table
