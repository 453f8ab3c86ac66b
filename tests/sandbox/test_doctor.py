"""The doctor says what holds and what to do about the rest."""

import json

import pytest
from click.testing import CliRunner

from kit.cli.doctor import doctor
from kit.sandbox import doctor as checks
from kit.sandbox.tiers import Probe


@pytest.fixture
def refused(monkeypatch):
    """A machine on which nothing holds."""
    monkeypatch.setattr(checks, "probe_tier", lambda tier: Probe(tier, False, reason="refused"))
    monkeypatch.setattr(checks, "make_group", lambda *_, **__: None)
    monkeypatch.setattr(checks.shutil, "which", lambda name: "/x" if name == "apt-get" else None)


def test_what_holds_is_said(monkeypatch):
    found = {check.name: check for check in checks.check_walls()}
    assert {"walls", "walls-bubblewrap", "walls-namespaces", "walls-landlock"} <= set(found)
    assert found["walls"].state in ("ok", "missing")


def test_what_is_missing_comes_with_the_line_that_mends_it(refused):
    found = {check.name: check for check in checks.check_walls()}
    assert found["walls"].state == "missing"
    assert "sudo apt-get install bubblewrap" in found["walls-bubblewrap"].fixes
    assert any("systemd-run" in line for line in found["cgroups"].fixes)


def test_settings_that_refuse_namespaces_are_named(refused, monkeypatch):
    settings = {
        "user.max_user_namespaces": "0",
        "kernel.unprivileged_userns_clone": "0",
        "kernel.apparmor_restrict_unprivileged_userns": "1",
    }
    monkeypatch.setattr(checks, "_read_setting", settings.get)
    monkeypatch.setattr(checks, "is_container", lambda: True)
    lines = checks._suggest("namespaces")
    assert "sudo sysctl -w user.max_user_namespaces=15000" in lines
    assert "sudo sysctl -w kernel.unprivileged_userns_clone=1" in lines
    assert "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0" in lines
    assert any(line.startswith("docker run") for line in lines)


def test_the_command_prints_lines_or_json():
    shown = CliRunner().invoke(doctor, [])
    assert shown.exit_code == 0 and "Python 3." in shown.output
    listed = json.loads(CliRunner().invoke(doctor, ["--json"]).output)
    assert {"python", "disk", "walls", "warm-kernels"} <= {check["name"] for check in listed}
