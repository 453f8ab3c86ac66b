"""Lessons are executed on the mirror of the data where there is one, on simulated data elsewhere.

And without the internet: their kernels run `no_internet.py` before the first cell. So every lesson is held
to "works offline" by the run that tests it in any case, and none has to be executed once more for that.
"""

import os
import shutil
from pathlib import Path

import pytest

from kit.running import kernel

# Beside a clone of the project there may be a folder with the files of the catalogue.
BESIDE = Path(__file__).parents[2].parent / "shared" / "data"
NO_INTERNET = Path(__file__).with_name("no_internet.py")


@pytest.fixture(autouse=True)
def data_without_network(monkeypatch, tmp_path):
    """Let no lesson wait for a network: its data are in the mirror, or they are simulated."""
    monkeypatch.setenv("KIT_DATA_OFFLINE", "1")
    monkeypatch.setenv("KIT_DATA_CACHE", str(tmp_path / "cache"))
    if not os.environ.get("KIT_DATA_MIRROR") and BESIDE.is_dir():
        monkeypatch.setenv("KIT_DATA_MIRROR", str(BESIDE))


@pytest.fixture(autouse=True)
def internet(request, monkeypatch, tmp_path):
    """Keep the kernels of lessons from the internet; the file that this gives holds who asked for it."""
    asked = tmp_path / "internet"
    asked.touch()
    make_environment = kernel.kernel_environment
    lesson = request.node.callspec.params.get("path") if hasattr(request.node, "callspec") else None
    if lesson is not None and lesson.is_file() and "terminal(" in lesson.read_text("utf-8"):
        monkeypatch.setenv("KIT_TEST_COMMANDS", "1")

    def environment(base, *, strict, folder=None):
        env = make_environment(base, strict=strict, folder=folder)
        if folder is not None:
            startup = Path(env["IPYTHONDIR"]) / "profile_default" / "startup"
            startup.mkdir(parents=True, exist_ok=True)
            shutil.copy(NO_INTERNET, startup)
            env["KIT_TEST_INTERNET"] = str(asked)
        return env

    # `kit.running` looks it up in the module; the kernels of students have walls of their own.
    monkeypatch.setattr(kernel, "kernel_environment", environment)
    yield asked
    assert asked.read_text(encoding="utf-8") == "", "a cell asked for the internet"
