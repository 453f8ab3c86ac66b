"""Microbes of Tara Oceans: counts of OTUs, gene families, and the environment of each sample."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from kit.ocean.catalogue import Entry
from kit.ocean.reading import read_r

OCEANS = ("IO", "MS", "NAO", "NPO", "RS", "SAO", "SO", "SPO")
LAYERS = ("SRF", "DCM", "MES", "MIX")
RANKS = ("Domain", "Phylum", "Class", "Order", "Family", "Genus")


def read(paths: Mapping[str, Path], entry: Entry) -> xr.Dataset:
    """Return counts by sample and OTU, with ocean, layer, environment and taxonomy beside them."""
    raw = read_r(paths[entry.files[0].name], "TARAoceans")
    samples = np.asarray(raw["sample"]["name"]).astype(str)
    environment = raw["phychem"].loc[samples]
    taxonomy = raw["taxonomy"]
    return _dataset(
        samples=samples,
        ocean=np.asarray(raw["sample"]["ocean"]).astype(str),
        layer=np.asarray(raw["sample"]["depth"]).astype(str),
        counts=np.asarray(raw["pro.phylo"].sel(dim_0=samples)),
        genes=np.asarray(raw["pro.NOGs"].sel(dim_0=samples)),
        environment={_word(name): environment[name].to_numpy() for name in environment},
        taxonomy={rank.lower(): np.asarray(taxonomy[rank]).astype(str) for rank in RANKS},
        otus=np.asarray(taxonomy.index).astype(str),
        nogs=np.asarray(raw["pro.NOGs"]["dim_1"]).astype(str),
    )


def _word(name: Any) -> str:
    return str(name).rstrip(".").replace(".", "_")


def _dataset(
    *,
    samples: np.ndarray,
    ocean: np.ndarray,
    layer: np.ndarray,
    counts: np.ndarray,
    genes: np.ndarray,
    environment: Mapping[str, np.ndarray],
    taxonomy: Mapping[str, np.ndarray],
    otus: np.ndarray,
    nogs: np.ndarray,
) -> xr.Dataset:
    return xr.Dataset(
        {
            "otu_count": (("sample", "otu"), counts),
            "nog_abundance": (("sample", "nog"), genes),
            **{name: ("sample", values) for name, values in environment.items()},
        },
        coords={
            "sample": samples,
            "otu": otus,
            "nog": nogs,
            "ocean": ("sample", ocean),
            "layer": ("sample", layer),
            **{rank: ("otu", values) for rank, values in taxonomy.items()},
        },
    )


def simulate(entry: Entry, rng: np.random.Generator) -> xr.Dataset:
    """Return communities that follow temperature, and differ from ocean to ocean for no reason."""
    samples, otus = entry.holds.sizes["sample"], entry.holds.sizes["otu"]
    number = rng.integers(0, len(OCEANS), samples)
    layer = rng.choice(np.array(LAYERS[:3]), samples, p=[0.5, 0.3, 0.2])
    depth = np.select([layer == "SRF", layer == "DCM"], [5.0, 60.0], 500.0)
    warm = np.clip(rng.uniform(2, 29, samples) - depth / 40, -1.5, 30)
    # Each OTU has a temperature that it likes; each ocean changes all of them at random.
    optimum = rng.uniform(0, 30, otus)
    basin = rng.normal(0, 1, (len(OCEANS), otus))[number]
    rate = np.exp(4 - ((warm[:, np.newaxis] - optimum) / 8) ** 2 + basin)
    genes = rng.exponential(1e-4, (samples, entry.holds.sizes["nog"]))
    data = _dataset(
        samples=np.array([f"SIMULATED_{row:03d}_{name}" for row, name in enumerate(layer)]),
        ocean=np.array(OCEANS)[number],
        layer=layer,
        counts=rng.poisson(rate),
        genes=genes,
        environment={
            **{name: rng.beta(2, 5, samples) for name in entry.holds.columns},
            "Mean_Lat": rng.uniform(-60, 44, samples),
            "Mean_Long": rng.uniform(-159, 74, samples),
            "Mean_Depth": depth,
            "Mean_Temperature": warm,
            "Mean_Salinity": 35 + rng.normal(size=samples),
        },
        taxonomy={rank.lower(): np.full(otus, "simulated") for rank in RANKS},
        otus=np.array([f"otu{column}" for column in range(otus)]),
        nogs=np.array([f"nog{column}" for column in range(genes.shape[1])]),
    )
    data.attrs["truth"] = "communities depend on temperature and, at random, on the ocean"
    return data
