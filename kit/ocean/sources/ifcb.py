"""Images of an Imaging FlowCytobot: one file of pixels, and a table that says where each image begins.

A trigger without an image has width and height 0 in the table. Its other columns are described in the
instrument's manual (version 2 of the format).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from kit.ocean.catalogue import Entry

# Positions in the table, counted from 0.
X, Y, WIDTH, HEIGHT, START = 13, 14, 15, 16, 17


def read(paths: Mapping[str, Path], entry: Entry) -> pd.DataFrame:
    """Return one row an image: its trigger, place and size in the camera's frame, and its pixels."""
    pixels, table, _header = (paths[file.name] for file in entry.files)
    adc = pd.read_csv(table, header=None)
    found = adc[(adc[WIDTH] > 0) & (adc[HEIGHT] > 0)]
    raw = np.fromfile(pixels, dtype=np.uint8)
    images = [
        raw[start : start + width * height].reshape(height, width)
        for start, width, height in found[[START, WIDTH, HEIGHT]].astype(int).to_numpy()
    ]
    return pd.DataFrame(
        {
            "trigger": found[0].to_numpy(),
            "x": found[X].to_numpy(),
            "y": found[Y].to_numpy(),
            "width": found[WIDTH].to_numpy(),
            "height": found[HEIGHT].to_numpy(),
            "image": pd.Series(images, dtype=object),
        }
    )


def simulate(entry: Entry, rng: np.random.Generator) -> pd.DataFrame:
    """Return dark ellipses on a light ground; their half axes are in ``truth``."""
    rows = entry.holds.sizes["row"]
    axes = rng.integers(8, 40, (rows, 2))
    sizes = 2 * axes + 24
    images = [_ellipse(rng, *size, *half) for size, half in zip(sizes, axes, strict=True)]
    table = pd.DataFrame(
        {
            "trigger": np.arange(1, rows + 1),
            "x": rng.integers(0, 1000, rows),
            "y": rng.integers(0, 800, rows),
            "width": sizes[:, 1],
            "height": sizes[:, 0],
            "image": pd.Series(images, dtype=object),
        }
    )
    table.attrs["truth"] = f"half axes, rows and columns: {axes.tolist()}"
    return table


def _ellipse(
    rng: np.random.Generator, height: int, width: int, half_rows: int, half_columns: int
) -> np.ndarray:
    row, column = np.mgrid[:height, :width]
    inside = ((row - height / 2) / half_rows) ** 2 + ((column - width / 2) / half_columns) ** 2 < 1
    grey = np.where(inside, 110, 200) + rng.normal(0, 4, (height, width))
    return np.clip(grey, 0, 255).astype(np.uint8)
