"""One server for all users: each kernel is its user's, and nobody gets at anybody else's."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(__file__).with_name("three_users.py")
USERS = [71001, 71002, 71003]


def why_not():
    """Say why three users can't be had here, or return None."""
    if os.getuid() != 0:
        return "becoming three users needs root"
    if shutil.which("unshare") is None or shutil.which("mount") is None:
        return "util-linux (unshare, mount) is not installed"
    tried = subprocess.run(
        ["unshare", "--mount", "--propagation", "private", "mount", "-t", "tmpfs", "tmpfs", "/mnt"],
        check=False,
        capture_output=True,
        text=True,
    )
    return (
        None
        if tried.returncode == 0
        else f"no mounts in a namespace of one's own: {tried.stderr.strip()}"
    )


@pytest.fixture(scope="module")
def told():
    reason = why_not()
    if reason:
        pytest.skip(reason)
    done = subprocess.run(
        ["unshare", "--mount", "--propagation", "private", sys.executable, str(PROGRAM)],
        check=False,
        stdout=subprocess.PIPE,
        text=True,
        timeout=180,
    )
    assert done.returncode == 0
    return json.loads(done.stdout.strip().split("\n")[-1])


def test_each_of_three_users_gets_a_warm_kernel_of_their_own(told):
    shared = told["kernels"][:3]
    assert [kernel["cold"] for kernel in shared] == [None] * 3
    assert {kernel["parent"] for kernel in shared} == {told["server"]}
    assert all(kernel["loaded"] for kernel in shared)
    assert [kernel["uids"] for kernel in shared] == [[uid] * 3 for uid in USERS]
    assert [kernel["gids"] for kernel in shared] == [[uid] * 3 for uid in USERS]
    assert told["owners"] == USERS


def test_a_kernel_has_the_groups_limits_and_home_of_who_asked(told):
    shared = told["kernels"][:3]
    assert [set(kernel["groups"]) - {uid} for kernel, uid in zip(shared, USERS, strict=True)] == [
        {uid + 100} for uid in USERS
    ]
    assert shared[2]["files"] == 200 and shared[0]["files"] != 200
    assert all(kernel["cwd"] == kernel["home"] for kernel in shared)
    assert all(kernel["own_proc"] for kernel in shared)


def test_a_kernel_can_not_go_back_to_root(told):
    assert {kernel["tried"] for kernel in told["kernels"]} == {"stayed"}


def test_another_user_reaches_neither_kernel_nor_server(told):
    found = told["intruder"]
    assert found["kernel's sockets"] == "PermissionError"
    assert found["signal"] == "PermissionError"
    assert found["stop"] == "permission"
    assert found["kernels seen"] == 1
    assert found["other's server"] in ("PermissionError", "StopIteration")


def test_a_server_answers_its_owner_only_even_where_its_socket_is_open_to_all(told):
    assert told["intruder"]["other's server, folder open"] in (
        "nothing",
        "ConnectionResetError",
        "BrokenPipeError",
    )


def test_a_client_does_not_talk_to_a_server_of_another_user(told):
    assert told["intruder"]["false server"] == "UnavailableError"


def test_a_kernel_of_the_shared_server_ends_with_who_asked(told):
    assert told["left"] is False
