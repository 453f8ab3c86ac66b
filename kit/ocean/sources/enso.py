"""The monthly Niño indices of NOAA: sea surface temperature and anomaly in four boxes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from kit.ocean.catalogue import Entry
from kit.ocean.simulation import make_red_noise

# Mean temperature, size of the seasonal cycle and of the anomaly, in degrees: about those of the boxes.
BOXES = {
    "Nino12": (23.2, 2.9, 1.0),
    "Nino3": (26.0, 1.1, 0.9),
    "Nino4": (28.6, 0.4, 0.6),
    "Nino34": (27.1, 0.8, 0.85),
}
LAG_ONE = 0.93


def read(paths: Mapping[str, Path], entry: Entry) -> pd.DataFrame:
    """Return one row a month, indexed by its first day."""
    table = pd.read_csv(paths[entry.files[0].name], parse_dates=["datetime"])
    return table.set_index("datetime").rename_axis("time")


def simulate(entry: Entry, rng: np.random.Generator) -> pd.DataFrame:
    """Return an index without any cycle but the year: an autoregressive anomaly of order one."""
    months = entry.holds.sizes["row"]
    first = entry.holds.dates["time"][0]
    time = pd.date_range(first.isoformat(), periods=months, freq="MS", name="time")
    season = np.cos(2 * np.pi * (time.month.to_numpy() - 3) / 12)
    common = make_red_noise(rng, months, lag_one=LAG_ONE)
    columns = {}
    for name, (mean, cycle, size) in BOXES.items():
        own = make_red_noise(rng, months, lag_one=0.6)
        anomaly = np.clip(size * (0.9 * common + np.sqrt(1 - 0.9**2) * own), -2.5, 3.0)
        columns[name] = np.round(np.clip(mean + cycle * season + anomaly, 18.5, 31.5), 2)
        columns[f"{name}anom"] = np.round(anomaly, 2)
    table = pd.DataFrame(columns, index=time)
    table.attrs["truth"] = f"the anomalies share an autoregressive series of order one, {LAG_ONE}"
    return table
