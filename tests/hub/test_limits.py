"""Limits that are watched: a greedy notebook is stopped, and what nobody uses is ended, while others go on."""

from __future__ import annotations

import json
import os
import pwd
import signal
import time
from pathlib import Path

import pytest
from running_hub import HOSTILE, PARIS, SANTIAGO, wait_for

from kit.hub.place import Place
from kit.hub.preparation import _make_jupyter
from kit.hub.settings import read_settings
from kit.sandbox.cgroups import _find_mounts, _own_paths

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("hub")]

GREEDY = 'taken = []\nwhile True:\n    taken.append(bytearray(b"x" * 20_000_000))'
# Three processes that are busy for some seconds, and how many processors they had in these.
BUSY = """
import os, time
began, children = time.monotonic(), []
for _ in range(3):
    child = os.fork()
    if not child:
        while time.monotonic() - began < 3:
            pass
        os._exit(0)
    children.append(child)
for child in children:
    os.waitpid(child, 0)
used = os.times()
print((used.children_user + used.children_system) / (time.monotonic() - began))
"""


def group_of(pid, controller):
    """Return the folder of the control group that limits a process, or None where it is in none of the hub."""
    try:
        paths = _own_paths(Path(f"/proc/{pid}/cgroup").read_text())
    except OSError:
        return None
    for name, (mount, root) in _find_mounts().items():
        path = paths.get(name, "")
        if name in (controller, "") and "kit-hub-" in path:
            return mount / path.removeprefix(root).lstrip("/")
    return None


@pytest.fixture(scope="module")
def limited(hub):
    """Somebody's server, where the machine limits it."""
    wait_for(hub.is_up, "the hub is up", seconds=120)
    visitor = hub.visitor(HOSTILE)
    pid = wait_for(lambda: hub.server_pid(HOSTILE), "their server runs")
    if group_of(pid, "memory") is None:
        pytest.skip("nobody may make control groups with a limit on memory on this machine")
    return visitor


def read_limit(folder, *names):
    """Return what stands in the first of some files that is there."""
    return next((folder / name).read_text() for name in names if (folder / name).exists())


def test_a_greedy_notebook_is_stopped_and_that_of_another_goes_on(hub, limited):
    paris = hub.visitor(PARIS)
    theirs = hub.start_kernel(paris, PARIS)
    assert hub.run_code(paris, PARIS, theirs, "kept = 41; print('ready')") == "ready\n"
    servers = hub.server_pid(PARIS), hub.server_pid(HOSTILE)
    kernel = hub.start_kernel(limited, HOSTILE)
    pid = int(hub.run_code(limited, HOSTILE, kernel, "import os; print(os.getpid())"))
    folder = group_of(servers[1], "memory")
    assert group_of(pid, "memory") == folder
    assert hub.run_code(limited, HOSTILE, kernel, GREEDY) in ("restarting", "dead")
    table = dict(
        line.split()
        for line in read_limit(folder, "memory.events", "memory.oom_control").splitlines()
    )
    assert int(table["oom_kill"]) > 0
    assert hub.run_code(paris, PARIS, theirs, "print(kept + 1)") == "42\n"
    assert (hub.server_pid(PARIS), hub.server_pid(HOSTILE)) == servers
    # Whoever was greedy goes on with a kernel that was started again.
    assert hub.run_code(limited, HOSTILE, kernel, "print('again')") == "again\n"
    for visitor, name, each in ((paris, PARIS, theirs), (limited, HOSTILE, kernel)):
        visitor.ask(f"user/{name}/api/kernels/{each}", method="DELETE")


def test_a_busy_notebook_has_no_more_processors_than_it_may_have(hub, limited):
    kernel = hub.start_kernel(limited, HOSTILE)
    pid = int(hub.run_code(limited, HOSTILE, kernel, "import os; print(os.getpid())"))
    folder = group_of(pid, "cpu")
    if folder is None:
        pytest.skip("nobody may make control groups with a limit on processors on this machine")
    quota = read_limit(folder, "cpu.max", "cpu.cfs_quota_us").split()[0]
    assert int(quota) == 100_000
    assert float(hub.run_code(limited, HOSTILE, kernel, BUSY)) < 1.25
    limited.ask(f"user/{HOSTILE}/api/kernels/{kernel}", method="DELETE")


@pytest.fixture
def short_times(hub):
    """Let the hub end what nobody uses after seconds; what was there before ends first."""
    wait_for(hub.is_up, "the hub is up", seconds=120)
    before = (hub.root / "hub.yaml").read_text()
    short = json.loads(before) | {"kernel_minutes": 0.05, "server_minutes": 0.4}
    change_times(hub, json.dumps(short))
    yield
    change_times(hub, before)


def change_times(hub, text):
    """Change the settings, and start anew what has read them: the culler, and people's servers."""
    place = Place(hub.root)
    place.settings.write_text(text)
    _make_jupyter(place, read_settings(place.settings))
    old = hub.pid("culler")
    os.kill(old, signal.SIGTERM)
    wait_for(lambda: hub.pid("culler") != old, "the culler starts again")
    operator = hub.operator()
    for name in (PARIS, SANTIAGO):
        operator.ask(f"hub/api/users/{name}/server", method="DELETE")
        wait_for(lambda name=name: hub.server_pid(name) is None, f"the server of {name} ends")


def test_kernels_and_servers_that_nobody_uses_end_and_those_in_use_stay(hub, short_times):
    for _attempt in range(3):
        idle, used = hub.visitor(SANTIAGO), hub.visitor(PARIS)
        server = hub.server_pid(PARIS)
        hub.start_kernel(idle, SANTIAGO)
        deadline = time.monotonic() + 120
        while hub.server_pid(SANTIAGO) is not None:
            assert time.monotonic() < deadline, "the idle server did not end"
            used.ask(f"user/{PARIS}/api/kernels")
            time.sleep(0.5)
        log = Path(pwd.getpwnam(SANTIAGO).pw_dir, ".bitacora-server.log").read_text()
        # A machine that stood still for longer than the hub waits has looked idle; then once more.
        if hub.server_pid(PARIS) == server and "seconds of inactivity" in log:
            return
    raise AssertionError("a server in use was ended, or no kernel was")
