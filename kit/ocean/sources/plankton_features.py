"""Features of zooplankton images, and the class that experts gave each of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from kit.ocean.catalogue import Entry
from kit.ocean.reading import read_r

# How many objects of each class the file has; the twin has as many, under other names.
COUNTS = (288, 158, 126, 121, 51, 50, 50, 50, 50, 50, 50, 50, 49, 39, 36, 22, 22)
FRACTIONS = {"circularity", "transparency"}


def read(paths: Mapping[str, Path], entry: Entry) -> pd.DataFrame:
    """Return one row an object; ``class`` is a category."""
    table = pd.DataFrame(read_r(paths[entry.files[0].name], "zooplankton"))
    return table.rename(columns=str).reset_index(drop=True)


def simulate(entry: Entry, rng: np.random.Generator) -> pd.DataFrame:
    """Return one cloud of points a class, of equal shape, so that linear discriminants are right."""
    names = [name for name in entry.holds.columns if name != "class"]
    label = np.repeat(np.arange(len(COUNTS)), COUNTS)
    centres = rng.normal(size=(len(COUNTS), len(names)))
    points = centres[label] + rng.normal(size=(label.size, len(names)))
    columns = {}
    for name, column in zip(names, points.T, strict=True):
        columns[name] = 1 / (1 + np.exp(-column)) if name in FRACTIONS else np.exp(0.4 * column)
    classes = np.array([f"Simulated {letter}" for letter in "ABCDEFGHIJKLMNOPQ"])
    columns["class"] = pd.Categorical(classes[label])
    table = pd.DataFrame(columns)
    table.attrs["truth"] = (
        "each class is a normal cloud of the same shape, before it is transformed"
    )
    return table.sample(frac=1, random_state=int(rng.integers(2**31))).reset_index(drop=True)
