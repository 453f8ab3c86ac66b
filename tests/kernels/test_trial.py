"""What `kit doctor` says about warm kernels, it has found by starting some."""

import json

import pytest
from click.testing import CliRunner

from kit.cli import doctor as command
from kit.kernels import client
from kit.kernels.trial import try_kernels


@pytest.fixture(scope="module")
def place(light_place):
    return light_place


@pytest.fixture
def own_place(place, tmp_path_factory, monkeypatch):
    """A folder in which no server has run."""
    folder = place / "own"
    folder.mkdir(mode=0o700)
    monkeypatch.setenv("KIT_KERNELS_DIR", str(folder))
    yield folder
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()


def test_two_warm_kernels_are_started_and_no_server_is_left(own_place):
    trial = try_kernels()
    assert trial.cold_reason is None
    assert trial.ready > 0 and trial.first > 0
    assert client.list_servers(own_place) == []


def test_a_server_that_was_there_before_is_left_alone(start, place):
    start()
    before = client.list_servers(place)
    try_kernels()
    assert set(before) <= set(client.list_servers(place))


def test_why_kernels_are_cold_is_known(own_place, monkeypatch):
    monkeypatch.setenv("KIT_KERNELS_COLD", "1")
    assert "KIT_KERNELS_COLD" in try_kernels().cold_reason


@pytest.mark.parametrize(("cold", "state"), [(False, "ok"), (True, "note")])
def test_the_doctor_reports_what_came_of_it(own_place, monkeypatch, cold, state):
    if cold:
        monkeypatch.setenv("KIT_KERNELS_COLD", "1")
    monkeypatch.setattr(command, "check_machine", lambda: [])
    done = CliRunner().invoke(command.doctor, ["--json"], catch_exceptions=False)
    (check,) = json.loads(done.output)
    assert (check["name"], check["state"]) == ("warm-kernels", state)
    assert ("KIT_KERNELS_COLD" in check["text"]) is cold
