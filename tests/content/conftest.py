"""Lessons are executed on the mirror of the data where there is one, on simulated data elsewhere."""

import os
from pathlib import Path

import pytest

# Beside a clone of the project there may be a folder with the files of the catalogue.
BESIDE = Path(__file__).parents[2].parent / "shared" / "data"


@pytest.fixture(autouse=True)
def data_without_network(monkeypatch, tmp_path):
    """Let no lesson wait for a network: its data are in the mirror, or they are simulated."""
    monkeypatch.setenv("KIT_DATA_OFFLINE", "1")
    monkeypatch.setenv("KIT_DATA_CACHE", str(tmp_path / "cache"))
    if not os.environ.get("KIT_DATA_MIRROR") and BESIDE.is_dir():
        monkeypatch.setenv("KIT_DATA_MIRROR", str(BESIDE))
