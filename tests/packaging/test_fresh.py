"""Binder's image, as far as it can be made without a container engine.

repo2docker renders the image definition; then a fresh environment gets what binder/ names, runs postBuild, and
executes the first lesson. What remains untested (the channel, the image) is said in docs/binder.md.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

REPO = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """The files of this clone that git would give to somebody else."""
    folder = tmp_path_factory.mktemp("binder") / "clone"
    names = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=REPO,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split("\0")
    for name in filter(None, names):
        if (REPO / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(REPO / name, folder / name)
    return folder


# repo2docker imports its logging library by a name that the library calls old.
@pytest.mark.filterwarnings("ignore:pythonjsonlogger.jsonlogger has been moved:DeprecationWarning")
def test_repo2docker_renders_an_image_from_the_binder_folder(clone, monkeypatch):
    from repo2docker.app import Repo2Docker
    from repo2docker.buildpacks import CondaBuildPack

    monkeypatch.chdir(clone)
    pack = CondaBuildPack(base_image=Repo2Docker().base_image)
    pack.platform = "linux/amd64"
    assert pack.detect()
    rendered = pack.render(build_args={})
    assert '--file "binder/environment.yml"' in rendered
    assert "RUN ./binder/postBuild" in rendered
    assert pack.python_version == "3.11"


def pip_lines(clone):
    """What binder/environment.yml hands to pip, and torch, which conda would install before that."""
    dependencies = yaml.safe_load((clone / "binder" / "environment.yml").read_text())[
        "dependencies"
    ]
    by_conda = [entry for entry in dependencies if isinstance(entry, str)]
    torch = next(entry.split("=")[1] for entry in by_conda if entry.startswith("pytorch-cpu="))
    return [f"torch=={torch}", *dependencies[-1]["pip"]]


@pytest.mark.fresh
def test_a_fresh_environment_from_what_binder_names_runs_the_first_lesson(clone, tmp_path):
    environment = tmp_path / "environment"
    subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
    pip = [str(environment / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check"]
    requirements = clone / "binder" / "requirements-of-the-test.txt"
    requirements.write_text("\n".join(pip_lines(clone)) + "\n")
    # conda runs pip in the folder of the file, and so are the paths in it meant.
    installed = subprocess.run(
        [*pip, "-r", requirements.name],
        cwd=clone / "binder",
        check=False,
        capture_output=True,
        text=True,
    )
    requirements.unlink()
    if (
        "No matching distribution found" in installed.stderr
        and "from versions: none" in installed.stderr
    ):
        pytest.skip("no package index can be reached from here")
    assert installed.returncode == 0, installed.stderr

    home = tmp_path / "home"
    home.mkdir()
    variables = {
        "PATH": f"{environment / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(home),
        "OMP_NUM_THREADS": "1",
    }

    def run(*command):
        return subprocess.run(
            command, cwd=clone, env=variables, check=True, capture_output=True, text=True
        ).stdout

    run(str(clone / "binder" / "postBuild"))
    lesson = "bitacora/courses/00-start/01-first-steps.ipynb"
    assert (clone / lesson).is_file(), "this is what the badge opens"
    assert "1 notebook, 0 red" in run(str(environment / "bin" / "kit"), "run", lesson)
    assert run(str(environment / "bin" / "jupyter"), "lab", "--version").startswith("4.")
