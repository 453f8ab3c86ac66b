"""The examples in the docstrings of kit.authoring run."""

import doctest
import importlib
import pkgutil

import pytest

import kit.authoring

MODULES = [
    module.name
    for module in pkgutil.walk_packages(kit.authoring.__path__, "kit.authoring.")
    if not module.ispkg
]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_in_the_docstrings_run(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_there_are_examples_at_all():
    assert len(MODULES) > 20
    finder = doctest.DocTestFinder(exclude_empty=True)
    assert sum(len(finder.find(importlib.import_module(name))) for name in MODULES) >= 10
