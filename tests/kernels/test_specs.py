"""The kernelspec and the commands that install it, show the servers and stop them."""

import json
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions, requires
from pathlib import Path

import pytest
from click.testing import CliRunner
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from kit.cli.kernels import kernels
from kit.kernels import client
from kit.kernels.provisioner import split_command
from kit.kernels.specs import make_spec


@pytest.fixture(scope="module")
def place(light_place):
    return light_place


def run(*arguments):
    done = CliRunner().invoke(kernels, arguments, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


@pytest.mark.parametrize("platform", ["darwin", "win32"])
def test_where_there_are_no_warm_kernels_the_kernelspec_is_a_cold_one(platform):
    assert "kernel_provisioner" not in make_spec(platform=platform)["metadata"]


def test_the_provisioner_is_found_under_the_name_that_the_kernelspec_has():
    from importlib.metadata import entry_points

    name = make_spec(platform="linux")["metadata"]["kernel_provisioner"]["provisioner_name"]
    found = entry_points(group="jupyter_client.kernel_provisioners", name=name)
    assert [point.value for point in found] == ["kit.kernels.provisioner:WarmProvisioner"]


def test_installing_writes_a_kernelspec_that_jupyter_finds(tmp_path, monkeypatch):
    from jupyter_client.kernelspec import KernelSpecManager

    run(
        "install",
        "--prefix",
        str(tmp_path),
        "--name",
        "mine",
        "--display-name",
        "Mine",
        "--preload",
        "numpy, torch",
    )
    folder = tmp_path / "share" / "jupyter"
    spec = KernelSpecManager(kernel_dirs=[str(folder / "kernels")]).get_kernel_spec("mine")
    assert spec.display_name == "Mine"
    assert spec.metadata["kernel_provisioner"]["config"] == {"preload": ["numpy", "torch"]}
    assert (folder / "kernels" / "mine" / "logo-64x64.png").exists()


def test_another_interpreter_is_kept_as_the_link_that_it_is(tmp_path):
    link = tmp_path / "python"
    link.symlink_to("/usr/bin/env")
    run("install", "--prefix", str(tmp_path), "--python", str(link))
    spec = json.loads((tmp_path / "share/jupyter/kernels/python3-warm/kernel.json").read_text())
    assert spec["argv"][0] == str(link)


def test_the_kernelspec_is_offered_first_where_that_was_asked_for(tmp_path):
    from jupyter_client.kernelspec import KernelSpecManager
    from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager

    from kit.kernels.extension import offer_first

    def offered(configured=None):
        manager = AsyncMappingKernelManager(**configured or {})
        offer_first(manager, KernelSpecManager(kernel_dirs=[folder]).get_all_specs())
        return manager.default_kernel_name

    folder = str(tmp_path / "share" / "jupyter" / "kernels")
    run("install", "--prefix", str(tmp_path))
    assert offered() == "python3"
    run("install", "--prefix", str(tmp_path), "--default")
    assert offered() == "python3-warm"
    assert offered({"default_kernel_name": "ir"}) == "ir"


def test_what_jupyterlab_brings_and_click_are_enough(tmp_path, environment):
    """A stranger to the kit installs it without its other requirements."""
    code = (
        "import sys\n"
        "class Refuse:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name.partition('.')[0] in sys.argv[1].split(','):\n"
        "            raise ModuleNotFoundError(name)\n"
        "sys.meta_path.insert(0, Refuse())\n"
        "import asyncio\n"
        "from kit.cli import main\n"
        "main(['kernels', 'install', '--prefix', sys.argv[2]])\n"
        "import kit.kernels.extension\n"
        "from kit.kernels.trial import try_kernels\n"
        "print(try_kernels())\n"
    )
    refused = sorted(
        import_names(own_requirements() - brought_by("jupyterlab", "ipykernel", "click"))
    )
    assert {"pandas", "scipy", "matplotlib", "papermill"} <= set(refused)
    done = subprocess.run(
        [sys.executable, "-c", code, ",".join(refused), str(tmp_path)],
        env=environment | {"PYTHONPATH": str(Path(__file__).parents[2])},
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "cold_reason=None" in done.stdout


def own_requirements():
    settings = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())
    return {canonicalize_name(Requirement(one).name) for one in settings["project"]["dependencies"]}


def brought_by(*names):
    """Return these distributions and all that they require here, without extras."""
    found = set()
    waiting = [canonicalize_name(name) for name in names]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        for line in requires(name) or []:
            needed = Requirement(line)
            if needed.marker is None or needed.marker.evaluate({"extra": ""}):
                waiting.append(canonicalize_name(needed.name))
    return found


def import_names(names):
    of = {}
    for module, owners in packages_distributions().items():
        for owner in owners:
            of.setdefault(canonicalize_name(owner), set()).add(module)
    return set().union(*(of.get(name, set()) for name in names))


def test_two_places_at_once_are_refused(tmp_path):
    done = CliRunner().invoke(kernels, ["install", "--user", "--prefix", str(tmp_path)])
    assert done.exit_code == 2 and "Choose one" in done.output


def test_status_shows_the_kernels_and_stop_leaves_them_alone(start, place):
    kernel = start()
    shown = run("status")
    assert str(kernel.pid) in shown and "since" in shown
    assert "goes on" in run("stop")
    assert kernel.run("print(1)").text == "1\n"
    assert "No server is running" in run("status")


def test_stop_with_kill_ends_the_kernels(start, place):
    kernel = start()
    process = kernel.manager.provisioner.process
    run("stop", "--kill")
    assert process.wait(10) == -9
    assert client.list_servers(place) == []


@pytest.mark.parametrize(
    "command",
    [["R", "--slave"], ["python", "-m", "xeus_python", "-f", "x"], ["python", "-m"], ["python"]],
)
def test_a_command_that_starts_no_ipykernel_is_no_warm_kernel(command):
    from kit.errors import KitError

    with pytest.raises(KitError, match="ipykernel_launcher"):
        split_command(command)
