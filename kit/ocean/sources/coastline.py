"""The land of the world as polygons (Natural Earth, 1:110 million)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from kit.ocean.catalogue import Entry


def read(paths: Mapping[str, Path], entry: Entry) -> pd.DataFrame:
    """Return one row a polygon: its rings (arrays of longitude and latitude) and its extent.

    The first ring is the shore, the others are waters inside.
    """
    import shapefile

    shp, shx, dbf = (str(paths[file.name]) for file in entry.files)
    with shapefile.Reader(shp=shp, shx=shx, dbf=dbf) as reader:
        return _table([_rings(shape) for shape in reader.shapes()])


def _rings(shape: object) -> list[np.ndarray]:
    points = np.asarray(shape.points)[:, :2]  # type: ignore[attr-defined]
    return np.split(points, list(shape.parts)[1:])  # type: ignore[attr-defined]


def _table(polygons: list[list[np.ndarray]]) -> pd.DataFrame:
    low = np.array([rings[0].min(axis=0) for rings in polygons])
    high = np.array([rings[0].max(axis=0) for rings in polygons])
    return pd.DataFrame(
        {
            "rings": pd.Series(polygons, dtype=object),
            "west": low[:, 0],
            "east": high[:, 0],
            "south": low[:, 1],
            "north": high[:, 1],
        }
    )


def simulate(entry: Entry, rng: np.random.Generator) -> pd.DataFrame:
    """Return round islands: three large ones, and many small."""
    count = entry.holds.sizes["row"]
    radius = np.where(np.arange(count) < 3, 25.0, rng.uniform(0.5, 2.5, count))
    centre = np.column_stack([rng.uniform(-150, 150, count), rng.uniform(-55, 55, count)])
    centre[:3, 0] = (-100, 20, 120)
    angle = np.linspace(0, 2 * np.pi, 60)
    polygons = []
    for (east, north), size in zip(centre, radius, strict=True):
        shore = size * (1 + 0.15 * np.sin(3 * angle + rng.uniform(0, 6)))
        ring = np.column_stack([east + shore * np.cos(angle), north + shore * np.sin(angle)])
        polygons.append([np.clip(ring, (-180, -90), (180, 90))])
    return _table(polygons)
