"""The conda files and the constraints say what pyproject.toml says."""

import importlib.metadata
import importlib.util
import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

REPO = Path(__file__).resolve().parents[2]
PYPROJECT = tomllib.loads((REPO / "pyproject.toml").read_text())


def load_tool(name):
    spec = importlib.util.spec_from_file_location(name, REPO / "tools" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["environment.yml", "binder/environment.yml"])
def test_a_conda_file_equals_a_fresh_generation(name):
    assert (REPO / name).read_text() == load_tool("environments").environment_files()[name]


@pytest.mark.parametrize("name", ["environment.yml", "binder/environment.yml"])
def test_a_conda_file_chooses_the_cpu_build_of_the_pinned_torch(name):
    dependencies = yaml.safe_load((REPO / name).read_text())["dependencies"]
    names = [entry for entry in dependencies if isinstance(entry, str)]
    assert "pytorch-cpu=2.13.0" in names
    assert "torch==2.13.0" in PYPROJECT["project"]["optional-dependencies"]["evaluation"]


def read_pins():
    pins = {}
    for line in (REPO / "constraints.txt").read_text().splitlines():
        if match := re.match(r"([A-Za-z0-9._-]+)==(\S+)$", line):
            pins[canonicalize_name(match[1])] = match[2]
    return pins


def requirements():
    yield from PYPROJECT["project"]["dependencies"]
    for extra in PYPROJECT["project"]["optional-dependencies"].values():
        # An extra may name another one of this project.
        yield from (each for each in extra if not each.startswith("bitacora-kit["))


@pytest.mark.parametrize("requirement", sorted(set(requirements())))
def test_every_library_is_pinned_to_a_version_that_pyproject_allows(requirement):
    wanted = Requirement(requirement)
    assert wanted.specifier.contains(read_pins()[canonicalize_name(wanted.name)])


def test_no_pin_names_one_build_of_a_library():
    assert "+" not in (REPO / "constraints.txt").read_text().replace("# ", "").split("\n", 1)[1]


def test_every_pinned_library_runs_on_the_python_of_debian_12():
    asks_for_more = {
        name: wanted
        for name, version in read_pins().items()
        for distribution in importlib.metadata.distributions(name=name)
        if distribution.version.split("+")[0] == version
        and (wanted := distribution.metadata.get("Requires-Python"))
        and not SpecifierSet(wanted).contains("3.11.2")
    }
    assert asks_for_more == {}
