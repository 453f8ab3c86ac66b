"""Each limit holds for everything that a command starts, is named, and leaves nothing behind."""

import contextlib
import importlib.util
import os
from pathlib import Path

import pytest

_spec = importlib.util.spec_from_file_location("bombs", Path(__file__).parent / "bombs.py")
bombs = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(bombs)


def find_marked(mark):
    """Return the living processes that have a mark in their environment."""
    found = []
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            with contextlib.suppress(OSError):
                if mark.encode() in (process / "environ").read_bytes():
                    found.append((process / "cmdline").read_bytes())
    return found


@pytest.fixture(scope="session")
def explode(drive, remember):
    @remember
    def run(who, tier):
        mark = f"KIT_TEST_MARK_{who}_{tier}_{os.getpid()}"
        jobs = [
            {
                "code": code,
                "tier": tier,
                "limits": bombs.USUAL | limits,
                "options": {"env": {"MARK": mark}},
            }
            for code, limits in bombs.BOMBS.values()
        ]
        # All at once, so that they wait side by side; a few at a time, so that they can all run.
        results = drive("jobs", who=who, jobs=jobs, at_once=5)
        return dict(zip(bombs.BOMBS, results, strict=True)), find_marked(mark)

    return run


@pytest.fixture
def after(explode, walls_of):
    return explode(*walls_of)[0]


@pytest.fixture
def has_group(after):
    return "cgroup" in after["exit"]["label"]


@pytest.mark.parametrize(
    ("bomb", "limit"),
    [
        ("sleep", "wall"),
        ("spin", "cpu"),
        ("spin-in-children", "cpu"),
        ("memory", "memory"),
        ("memory-in-children", "memory"),
        ("fork-bomb", "wall"),
        ("output", "output"),
        ("errors", "output"),
    ],
)
def test_a_limit_ends_the_command_and_is_named(after, bomb, limit):
    got = after[bomb].get("hit")
    assert got == limit or (bomb, got) == ("fork-bomb", "processes"), after[bomb]
    assert after[bomb]["returncode"] is None or limit == "memory"


@pytest.mark.parametrize(("bomb", "most"), [("forks", 20), ("threads", 20)])
def test_no_more_processes_than_allowed(after, walls_of, bomb, most):
    if walls_of == ("user", "landlock"):
        # The kernel can't tell them from others of the same user. It refuses where those are many;
        # else the warden counts and ends them.
        if after[bomb]["hit"] is None:
            assert int(after[bomb]["stdout"]) < most
        else:
            assert after[bomb]["hit"] == "processes"
        return
    made = int(after[bomb]["stdout"])
    # A handful are the walls' own.
    assert most // 2 <= made <= most + 4
    assert after[bomb]["hits"].get("processes") is False


def test_memory_that_belongs_to_no_process_is_counted_or_refused(after, has_group):
    got = after["memory-without-a-process"]
    if has_group:
        assert got["hit"] == "memory"
    else:
        assert got["stdout"].strip() == "refused"


def test_no_longer_file_than_allowed(after):
    error, size = after["long-file"]["stdout"].split()
    assert int(error) == 27 and int(size) <= 4_000_000


def test_no_more_on_disk_than_allowed(after):
    got = after["disk"]
    assert "disk" in got["hits"]
    if not got["hits"]["disk"]:
        error, size = got["stdout"].split()
        assert int(error) == 28 and int(size) <= 8_000_000 + 4096


def test_shared_memory_counts_as_disk_or_is_closed(after, walls_of):
    got = after["shared-memory"]["stdout"].split()
    # A file system in memory is made of whole pages.
    assert int(got[-1]) <= 8_000_000 + 4096
    assert int(got[0]) == (13 if walls_of[1] == "landlock" else 28)


def test_no_more_files_than_allowed(after):
    got = after["many-files"]
    assert "files" in got["hits"]
    if not got["hits"]["files"]:
        error, made = got["stdout"].split()
        assert int(error) == 28 and int(made) <= 200


def test_output_ends_soon_after_its_limit(after):
    assert after["output"]["printed"] < 2_000_000
    assert after["errors"]["printed"] < 2_000_000


def test_a_daemon_ends_with_the_command(after):
    assert after["daemon"]["stdout"].strip() == "done"
    assert after["daemon"]["seconds"] < 15


def test_the_exit_code_is_that_of_a_shell(after):
    assert after["exit"]["returncode"] == 3
    assert after["crash"]["returncode"] == 139
    assert after["kill-self"]["returncode"] == 137
    assert not after["exit"]["hits"] and not after["crash"]["hits"]


def test_nothing_survives(explode, walls_of):
    assert explode(*walls_of)[1] == []


def test_no_control_group_is_left(explode, walls_of):
    explode(*walls_of)
    left = [
        group
        for group in Path("/sys/fs/cgroup").glob("**/kit-walls-*")
        if not Path("/proc", group.name.rpartition("-")[2]).exists()
    ]
    assert left == []
