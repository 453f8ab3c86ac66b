"""Commands are started, ended and asked about; and what is wrongly asked for is refused."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kit.errors import KitError
from kit.sandbox import LimitHit, Limits, choose_tier, launch, run
from kit.sandbox.launcher import PIPE, make_environment
from kit.sandbox.layout import make_layout
from kit.sandbox.tiers import CHOSEN, make_walls

NONE = make_walls("none")
SLEEP = [sys.executable, "-I", "-S", "-c", "import time; time.sleep(60)"]


def wait_until(condition, seconds=20):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_input_goes_in_and_output_comes_out():
    done = run(["/bin/cat"], input=b"x" * 300_000, walls=NONE)
    assert done.stdout == b"x" * 300_000
    assert done.outcome.returncode == 0 and done.outcome.hit is None


def test_a_command_can_be_killed_and_asked_about():
    with launch(SLEEP, walls=NONE) as walled:
        assert walled.poll() is None
        with pytest.raises(TimeoutError):
            walled.wait(0.05)
        outcome = walled.kill()
    assert outcome.killed and outcome.returncode is None
    assert walled.poll() == outcome


def test_a_signal_reaches_the_command_itself():
    code = (
        "import signal, sys, time\n"
        "signal.signal(15, lambda *_: sys.exit(5))\n"
        "print(1, flush=True)\n"
        "time.sleep(60)"
    )
    with launch([sys.executable, "-I", "-S", "-c", code], walls=NONE, stdout=PIPE) as walled:
        walled.stdout.read(1)
        walled.send_signal(signal.SIGTERM)
        assert walled.wait(20).returncode == 5


def test_descriptors_that_are_passed_stay_open():
    reader, writer = os.pipe()
    try:
        code = f"import os; os.write({writer}, b'hello')"
        command = [sys.executable, "-I", "-S", "-c", code]
        with launch(command, walls=NONE, pass_fds=[writer]) as walled:
            walled.wait(20)
        assert os.read(reader, 10) == b"hello"
    finally:
        os.close(reader)
        os.close(writer)


def test_everything_ends_when_whoever_asked_is_killed(tmp_path):
    code = (
        "import sys, time\n"
        "from kit.sandbox import launch\n"
        "from kit.sandbox.tiers import make_walls\n"
        f"walled = launch({SLEEP!r}, walls=make_walls('none'))\n"
        "print(walled.pid, flush=True)\n"
        "time.sleep(60)"
    )
    asker = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    with asker:
        warden = Path("/proc", asker.stdout.readline().strip())
        assert warden.exists()
        asker.kill()
    wait_until(lambda: not warden.exists())


def test_walls_that_can_not_be_built_say_why(tmp_path):
    with pytest.raises(KitError, match=r"nothing-here.*kit doctor"):
        run([str(tmp_path / "nothing-here")], walls=NONE)


def test_a_command_needs_its_whole_path():
    with pytest.raises(KitError, match="whole path"):
        launch(["python"], walls=NONE)


@pytest.mark.parametrize("path", ["/", "/proc", "/etc", Path.home(), Path.home().parent])
def test_a_home_or_more_is_never_shown(path):
    with pytest.raises(KitError, match="home"):
        make_layout(read_only=[path])


def test_a_path_that_is_not_there_is_named(tmp_path):
    with pytest.raises(KitError, match="missing"):
        make_layout(read_only=[tmp_path / "missing"])


def test_a_folder_for_sockets_must_be_private_and_short(tmp_path):
    tmp_path.chmod(0o755)
    with pytest.raises(KitError, match="0700"):
        launch(SLEEP, walls=NONE, sockets=tmp_path)
    deep = tmp_path / ("d" * 120)
    deep.mkdir(mode=0o700)
    with pytest.raises(KitError, match="bytes"):
        launch(SLEEP, walls=NONE, sockets=deep)


def test_the_environment_is_made_anew(monkeypatch):
    monkeypatch.setenv("SECRET_TOKEN", "x")
    env = make_environment(NONE, {"TZ": "UTC"})
    assert "SECRET_TOKEN" not in env and env["TZ"] == "UTC"


def test_no_walls_are_only_had_by_name():
    assert choose_tier("none").tier == "none"
    with pytest.raises(KitError, match="Choose one of"):
        choose_tier("moat")


def test_a_limit_that_is_not_positive_is_refused():
    with pytest.raises(ValueError, match="memory_mb=0, files=-1"):
        Limits(memory_mb=0, files=-1)


def test_every_limit_has_a_sentence():
    for name in ("wall", "cpu", "memory", "processes", "file", "disk", "files", "output"):
        assert "7" in str(LimitHit(name, 7, fatal=True))


def test_probing_chooses_by_what_holds(drive, who, direct_reason):
    free = drive("probe", who=who)
    for tier, (holds, label, reason) in free["probes"].items():
        if direct_reason(tier, who) is None:
            assert holds, reason
            assert label.split("+")[0] == tier
    best = next((tier for tier in CHOSEN if free["probes"][tier][0]), None)
    if best is not None:
        assert free["chosen"] == best


def test_where_namespaces_are_refused_weaker_walls_are_named_but_not_chosen(
    drive, who, direct_reason
):
    if reason := direct_reason("landlock", who):
        pytest.skip(f"this machine has no Landlock: {reason}")
    refused = drive("probe", who=who, refuse=True)
    assert [refused["probes"][tier][0] for tier in ("bubblewrap", "namespaces")] == [False, False]
    assert "no walls hold on this machine" in refused["chosen"]
    assert ("--walls landlock holds here" in refused["chosen"]) == refused["probes"]["landlock"][0]
    assert "--walls none" in refused["chosen"]


@pytest.mark.skipif(
    os.getuid() != 0, reason="only root can have an interpreter that others can't read"
)
def test_an_interpreter_below_a_closed_home_is_shown_by_the_first_two_tiers(drive, direct_reason):
    if reason := direct_reason("bubblewrap", "root"):
        pytest.skip(reason)
    probes = drive("probe", who="root", readable=False)["probes"]
    assert probes["bubblewrap"][0] and probes["namespaces"][0]
