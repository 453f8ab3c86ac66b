"""The example queries of the OcéanIA service: which part of which contig, and read in which way."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from kit.ocean.catalogue import Entry

COLUMNS = ("contig", "start", "stop", "type")


def read(paths: Mapping[str, Path], entry: Entry) -> pd.DataFrame:
    """Return one row a query; a query without a type asks for the sequence as it is, 'raw'."""
    table = pd.read_csv(paths[entry.files[0].name], header=None, names=list(COLUMNS))
    return table.assign(type=table["type"].fillna("raw"))


def simulate(entry: Entry, rng: np.random.Generator) -> pd.DataFrame:
    """Return random queries."""
    rows = entry.holds.sizes["row"]
    start = rng.integers(0, 500, rows)
    kinds = np.array(["raw", "complement", "reverse_complement"], dtype=object)
    return pd.DataFrame(
        {
            "contig": [f"SIMULATED_contig{row}" for row in range(rows)],
            "start": start,
            "stop": start + rng.integers(10, 200, rows),
            "type": rng.choice(kinds, rows),
        }
    )
