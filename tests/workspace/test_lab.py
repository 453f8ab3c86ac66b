"""How JupyterLab is opened on a learner's folder."""

import importlib.util
import json
import os
import sys
from pathlib import Path

import pytest

from kit.errors import KitError
from kit.workspace import lab
from kit.workspace.lab import FIRST_LESSON, kernel_warning, prepare_lab


@pytest.fixture
def folder(tmp_path):
    lesson = tmp_path / "mine" / FIRST_LESSON
    lesson.parent.mkdir(parents=True)
    lesson.write_text("{}")
    return tmp_path / "mine"


def test_the_first_time_the_first_lesson_opens_and_later_what_was_open(folder):
    assert f"--LabApp.default_url=/lab/tree/{FIRST_LESSON}" in prepare_lab(folder).arguments
    workspaces = folder / ".kit" / "jupyter" / "workspaces"
    workspaces.mkdir()
    (workspaces / "default.jupyterlab-workspace").write_text("{}")
    assert "--LabApp.default_url=/lab" in prepare_lab(folder).arguments


def test_it_runs_the_jupyterlab_of_this_python_in_the_folder(folder):
    arguments = prepare_lab(folder, browser=False, port=9001).arguments
    assert arguments[:3] == (sys.executable, "-m", "jupyterlab")
    assert f"--ServerApp.root_dir={folder}" in arguments
    assert "--no-browser" in arguments and "--port=9001" in arguments


def test_the_own_settings_of_a_learner_win_over_our_defaults(folder):
    environment = prepare_lab(folder, environment={"JUPYTER_CONFIG_PATH": "/theirs"}).environment
    ours, theirs = environment["JUPYTER_CONFIG_PATH"].split(os.pathsep)
    assert theirs == "/theirs"
    defaults = json.loads((Path(ours) / "labconfig/default_setting_overrides.json").read_text())
    assert defaults["@jupyter-widgets/jupyterlab-manager:plugin"] == {"saveState": True}


def test_a_terminal_in_jupyterlab_finds_the_command_kit(folder):
    path = prepare_lab(folder, environment={"PATH": "/theirs"}).environment["PATH"]
    assert path.split(os.pathsep) == [str(Path(sys.executable).parent), "/theirs"]


def test_jupyterlab_reads_our_defaults(folder, monkeypatch):
    environment = prepare_lab(folder).environment
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", environment["JUPYTER_CONFIG_PATH"])
    from jupyter_core.paths import jupyter_config_path
    from jupyter_server.services.config.manager import ConfigManager

    manager = ConfigManager(config_dir_name="labconfig")
    assert str(folder / ".kit" / "jupyter") in jupyter_config_path()
    found = manager.get("default_setting_overrides")
    assert found["@jupyterlab/apputils-extension:notification"] == {"fetchNews": "false"}


def test_without_jupyterlab_it_says_what_to_install(folder, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(KitError, match="pip install jupyterlab"):
        prepare_lab(folder)


def test_the_kernel_of_this_environment_needs_no_warning():
    assert kernel_warning() is None


def test_a_kernel_of_another_python_is_named(tmp_path, monkeypatch):
    spec = tmp_path / "kernels" / "python3"
    spec.mkdir(parents=True)
    argv = [str(tmp_path / "other" / "python"), "-m", "ipykernel_launcher"]
    (spec / "kernel.json").write_text(
        json.dumps({"argv": argv, "display_name": "P", "language": "python"})
    )
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    assert str(tmp_path / "other" / "python") in (kernel_warning() or "")
    assert lab.FIRST_LESSON.endswith(".ipynb")


def test_the_kernel_of_the_lessons_is_a_warm_one_where_that_is_possible(folder, monkeypatch):
    from jupyter_client.kernelspec import KernelSpecManager

    environment = prepare_lab(folder).environment
    monkeypatch.setenv("JUPYTER_PATH", environment["JUPYTER_PATH"])
    found = KernelSpecManager().get_kernel_spec("python3")
    provisioner = found.metadata.get("kernel_provisioner", {}).get("provisioner_name")
    assert provisioner == ("warm-provisioner" if sys.platform == "linux" else None)
