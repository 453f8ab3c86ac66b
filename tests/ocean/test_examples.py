"""The examples in the docstrings run, and show what they say."""

import doctest
import importlib

import pytest

MODULES = ["catalogue", "grids", "labels", "maps", "simulation"]


@pytest.mark.parametrize("name", MODULES)
def test_examples_run(name, monkeypatch):
    monkeypatch.setenv("KIT_LANG", "en")
    result = doctest.testmod(importlib.import_module(f"kit.ocean.{name}"))
    assert result.attempted and not result.failed
