"""A server that stays: back-up and restore of a real hub, and the configuration for another JupyterHub."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from running_hub import COURSE, PARIS, REPO, SANTIAGO, wait_for
from test_hostile import hand_in, notebook

from kit.hub.codes import check_code, read_hashes
from kit.hub.configuration import configure, configure_beside
from kit.hub.preparation import EXAMPLE


@pytest.mark.browser
@pytest.mark.xdist_group("hub")
def test_a_hub_that_was_destroyed_comes_back_from_its_back_up(hub, tmp_path):
    wait_for(hub.is_up, "the hub is up", seconds=120)
    visitor = hub.visitor(SANTIAGO)
    if not hub.assignment(visitor)["attempts"]:
        assert hand_in(visitor, {"practice.ipynb": notebook()}).status == 201
    hub.wait_for_mark(visitor)
    before, code = hub.assignment(visitor), hub.code(SANTIAGO)
    diary = Path(pwd.getpwnam(SANTIAGO).pw_dir, "bitacora", "diary.txt")
    diary.write_text("the tide is out")
    environment = os.environ | {"PYTHON": sys.executable}
    done = subprocess.run(
        [REPO / "deploy/backup.sh", hub.root, tmp_path],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    file = Path(done.stdout.strip())
    assert file.stat().st_mode & 0o077 == 0
    with tarfile.open(file) as archive:
        names = archive.getnames()
    assert not [name for name in names if name.endswith((".sock", "-wal")) or "/public/" in name]
    hub.stop()
    shutil.rmtree(hub.root)
    diary.unlink()
    subprocess.run([REPO / "deploy/restore.sh", file, hub.root], check=True, capture_output=True)
    hub.start()
    assert diary.read_text() == "the tide is out"
    assert diary.stat().st_uid == pwd.getpwnam(SANTIAGO).pw_uid
    assert check_code(code, read_hashes(hub.root / "state" / "codes.json")[SANTIAGO])
    after = hub.assignment(hub.visitor(SANTIAGO))
    for field in ("attempts", "score", "max_score", "state"):
        assert after[field] == before[field]
    another = hub.visitor(PARIS)
    assert hand_in(another, {"practice.ipynb": notebook()}, course="second").status in (201, 409)
    shutil.rmtree(tmp_path / "none", ignore_errors=True)
    for left in hub.root.parent.glob(f"{hub.root.name}.before-*"):
        shutil.rmtree(left)


@pytest.fixture
def example(tmp_path):
    for name in ("hub.yaml", "roster.csv"):
        shutil.copyfile(EXAMPLE / name, tmp_path / name)
    (tmp_path / "state").mkdir()
    return tmp_path


def load(configured, root, **more):
    pytest.importorskip("jupyterhub", reason='needs pip install "bitacora-kit[hub]"')
    from traitlets.config import Config

    c = Config()
    configured(c, root, **more)
    return c


def test_beside_another_hub_there_are_the_same_services_roles_and_settings(example, monkeypatch):
    monkeypatch.setattr("kit.hub.configuration.find_proxy", lambda: "/usr/bin/proxy")
    alone = load(configure, example)
    beside = load(configure_beside, example, python=sys.executable)
    for name in ("services", "load_roles", "load_groups"):
        assert alone.JupyterHub[name] == beside.JupyterHub[name]
    for name in ("cmd", "environment", "notebook_dir"):
        assert alone.Spawner[name] == beside.Spawner[name]
    assert "spawner_class" not in beside.JupyterHub
    assert "authenticator_class" not in beside.JupyterHub


def test_the_file_for_tljh_loads_as_jupyterhub_loads_it(example, monkeypatch):
    pytest.importorskip("jupyterhub", reason='needs pip install "bitacora-kit[hub]"')
    from traitlets.config.loader import PyFileConfigLoader

    monkeypatch.setenv("KIT_HUB_FOLDER", str(example))
    c = PyFileConfigLoader("bitacora.py", str(REPO / "deploy" / "tljh")).load_config()
    assert c.Spawner.cmd == ["/opt/tljh/user/bin/python", "-m", "kit.hub.single"]
    assert {service["name"] for service in c.JupyterHub.services} >= {"exchange", "grader", "check"}


def test_only_loopback_is_listened_on_unless_the_operator_says_so(example, monkeypatch):
    monkeypatch.setattr("kit.hub.configuration.find_proxy", lambda: "/usr/bin/proxy")
    c = load(configure, example)
    places = [c.JupyterHub.bind_url, c.JupyterHub.hub_bind_url, c.ConfigurableHTTPProxy.api_url]
    assert all(place.startswith("http://127.0.0.1:") for place in places)
    assert c.Spawner.ip == "127.0.0.1"
    assert all(
        service["url"].startswith("http://127.0.0.1:")
        for service in c.JupyterHub.services
        if "url" in service
    )
    assert COURSE in [group.removeprefix("mentors-") for group in c.JupyterHub.load_groups]
