"""Zooplankton groups in the nets of Tara Oceans, with the environment of each sample."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from kit.ocean.catalogue import Entry
from kit.ocean.simulation import make_table

NETS = ["wp2", "bongo", "regent"]


def read(paths: Mapping[str, Path], entry: Entry) -> pd.DataFrame:
    """Return one row a sample. The lines of the file begin with a number that its header leaves out."""
    return pd.read_csv(paths[entry.files[0].name], sep="\t").reset_index(drop=True)


def simulate(entry: Entry, rng: np.random.Generator) -> pd.DataFrame:
    """Return samples in random places; nothing depends on anything."""
    table = make_table(
        entry,
        rng,
        words={
            "Dataset": NETS,
            "Tara_Sample_ID": ["simulated"],
            "Depth_layer": ["0-100", "0-500"],
        },
    )
    table["Station"] = rng.integers(1, 211, len(table))
    return table
