"""What Planktonzilla holds, as tables: images by source and label, and the taxonomy of its labels."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from kit.ocean.catalogue import Entry

SOURCES = [f"source-{letter}" for letter in "abcdefghijklmno"]
CLASSES = ["living", "detritus", "artefact"]


def read(paths: Mapping[str, Path], entry: Entry) -> pd.DataFrame:
    """Return one row a source and label; identifiers that are whole numbers stay text."""
    path = paths[entry.files[0].name]
    if path.suffix == ".json":
        return pd.DataFrame(json.loads(path.read_text(encoding="utf-8"))["counts"])
    return pd.read_csv(path, dtype={name: "string" for name in entry.holds.columns if "ID" in name})


def simulate(entry: Entry, rng: np.random.Generator) -> pd.DataFrame:
    """Return a long tail: few labels with most of the images, and the same total."""
    rows = entry.holds.sizes["row"]
    table = pd.DataFrame(
        {
            "dataset": rng.choice(np.array(SOURCES, dtype=object), rows),
            "proposed_label": [f"simulated label {row}" for row in range(rows)],
            "root_class": rng.choice(np.array(CLASSES, dtype=object), rows, p=[0.8, 0.1, 0.1]),
        }
    )
    if "n" in entry.holds.totals:
        total = int(entry.holds.totals["n"])
        share = 1 / np.arange(1, rows + 1) ** 1.2
        count = 1 + np.floor(share / share.sum() * (total - rows)).astype(int)
        count[0] += total - count.sum()
        return table.assign(n=count)
    others = [name for name in entry.holds.columns if name not in table and name != "Dataset"]
    table = table.rename(columns={"dataset": "Dataset"})
    blank = pd.DataFrame("", index=table.index, columns=others)
    blank["Raw_Labels"] = table["proposed_label"]
    blank["living"] = table["root_class"] == "living"
    blank["plankton"] = blank["living"]
    return pd.concat([table, blank], axis=1)[list(entry.holds.columns)]
