"""The index of Argo profiles: where and when each was measured."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from kit.ocean.catalogue import Entry
from kit.ocean.simulation import make_days


def read(paths: Mapping[str, Path], entry: Entry) -> pd.DataFrame:
    """Return one row a profile; positions of 99.999 and 999.999 degrees mean 'unknown'."""
    table = pd.read_csv(
        paths[entry.files[0].name],
        comment="#",
        dtype={"date": "string", "date_update": "string", "profiler_type": "string"},
        keep_default_na=True,
    )
    for name in ("date", "date_update"):
        table[name] = pd.to_datetime(table[name], format="%Y%m%d%H%M%S")
    table["latitude"] = table["latitude"].where(table["latitude"].abs() <= 90)
    table["longitude"] = table["longitude"].where(table["longitude"].abs() <= 180)
    return table


def simulate(entry: Entry, rng: np.random.Generator) -> pd.DataFrame:
    """Return profiles that are spread evenly over sphere and years."""
    rows = entry.holds.sizes["row"]
    floats = rng.integers(1, rows // 50, rows)
    dates = pd.to_datetime(make_days(entry, "date", rows))
    return pd.DataFrame(
        {
            "file": [f"simulated/{number:07d}/profiles/D{number:07d}.nc" for number in floats],
            "date": dates,
            "latitude": np.degrees(np.arcsin(rng.uniform(-0.95, 0.95, rows))),
            "longitude": rng.uniform(-180, 180, rows),
            "ocean": rng.choice(np.array(["A", "I", "P"], dtype=object), rows),
            "profiler_type": "0",
            "institution": "XX",
            "date_update": dates,
        }
    )
