"""Untrusted code behind each kind of walls tries to get out; the same code without walls gets there."""

import json
import os
from pathlib import Path

import pytest

SURVEY = (Path(__file__).parent / "survey.py").read_text(encoding="utf-8")

# What gets through where nothing stands in the way, for any user: proof that the attempts are real.
REAL = [
    "tcp", "mptcp", "udp", "udp6", "unix-abstract", "unix-path", "unix-datagram",
    "read-home", "read-course", "read-accounts", "read-through-proc-root",
    "write-outside", "truncate-outside", "delete-outside", "rename-outside",
    "link-to-secret", "symlink-to-secret", "chmod-outside", "touch-outside", "watch-outside",
    "environments", "command-line-of-other", "see-other",
    "limit-other", "slow-other", "memory-of-other", "shared-memory-of-other",
    "unshare", "io_uring_setup", "keyctl", "add_key", "personality", "clone3",
    "kcmp", "move_pages", "name_to_handle_at", "new-privileges", "clone-namespace",
]  # fmt: skip
# These need rights that only root has.
REAL_FOR_ROOT = [
    "read-shadow", "write-usr", "write-root", "ptrace-other", "mount", "chroot", "bpf", "setns",
    "open_by_handle_at", "fanotify_init", "make-device", "core-pattern", "setuid",
    "signal-other", "kernel-log", "perf_event_open", "userfaultfd",
]  # fmt: skip
OTHERS = [
    "vsock", "crypto-socket", "netfilter-socket", "write-environment", "disk-device",
    "environment-of-first", "pivot_root", "memfd_secret", "fsopen", "open_tree",
    "statmount", "a-call-of-tomorrow", "descriptors", "init_module", "raise-limit",
    "type-into-terminal",
]  # fmt: skip
# Where there is no root of its own, a name leads where it always does; what counts is the effect, and
# that is looked at from outside.
WITHOUT_EFFECT = {"chmod-outside", "touch-outside"}


@pytest.fixture(scope="session")
def survey_by(drive, open_folder, remember):
    @remember
    def take(who, tier, refuse=False, mask_proc=False):
        folder = open_folder(who)
        result = drive(
            "survey",
            who=who,
            refuse=refuse,
            mask_proc=mask_proc,
            home=folder / "home",
            tier=tier,
            folder=str(folder),
            survey=SURVEY,
        )
        assert result.get("returncode") == 0, result
        result["found"] = json.loads(result["stdout"])
        return result

    return take


@pytest.fixture
def survey(survey_by, walls_of):
    return survey_by(*walls_of)


@pytest.mark.parametrize("attack", [*REAL, *REAL_FOR_ROOT, *OTHERS])
def test_an_attack_does_not_get_through(survey, walls_of, attack):
    got = survey["found"][attack]
    if attack in WITHOUT_EFFECT and walls_of[1] == "landlock":
        pytest.skip("it is answered with success and has no effect: see the next test")
    assert got is not True


def test_what_lies_outside_is_as_it_was(survey):
    assert survey["mine"] == ["here before", 0o600, True]
    assert survey["outside"] == ["doomed", "mine", "moved"]
    assert survey["victim"] == "alive"


@pytest.mark.parametrize("attack", REAL)
def test_without_walls_the_attack_gets_through(survey_by, who, attack):
    assert survey_by(who, "none")["found"][attack] is True


@pytest.mark.skipif(os.getuid() != 0, reason="only root has these rights")
@pytest.mark.parametrize("attack", REAL_FOR_ROOT)
def test_without_walls_root_gets_through(survey_by, attack):
    assert survey_by("root", "none")["found"][attack] is True


def test_ordinary_work_goes_on(survey):
    work = {name: got for name, got in survey["found"].items() if name.startswith("ok-")}
    assert work and set(work.values()) == {True}


def test_only_its_own_processes_are_visible(survey, walls_of):
    assert survey["found"]["processes"] <= (2 if walls_of[1] != "landlock" else 0)


def test_the_user_is_nobody_of_this_machine(survey, walls_of):
    who, tier = walls_of
    uid = survey["found"]["uid"]
    if tier != "landlock":
        assert uid == 1000
    elif who == "root":
        assert uid > 1_000_000_000


def test_a_call_as_another_architecture_ends_the_process(survey):
    if "x32" not in survey["found"]:
        pytest.skip("this machine has no other architecture")
    assert survey["found"]["x32"] == survey["found"]["i386"] == "killed"


def test_results_come_out_and_links_do_not(survey):
    assert "result.txt" in survey["collected"]
    assert survey["links"] == []
    assert "sneaky" in survey["left_out"] and "link" in survey["left_out"]


def test_where_namespaces_are_refused_the_third_tier_holds_as_well(survey_by, who, direct_reason):
    if reason := direct_reason("landlock", who):
        pytest.skip(f"this machine has no Landlock: {reason}")
    result = survey_by(who, "landlock", True)
    reached = {name for name in (*REAL, *REAL_FOR_ROOT, *OTHERS) if result["found"][name] is True}
    assert reached == WITHOUT_EFFECT
    assert result["mine"] == ["here before", 0o600, True]
    assert result["victim"] == "alive"


@pytest.mark.skipif(os.getuid() != 0, reason="only root can hide a part of /proc")
def test_where_a_process_table_is_refused_the_second_tier_does_without(
    survey_by, who, direct_reason
):
    if reason := direct_reason("namespaces", who):
        pytest.skip(f"this machine has no namespaces: {reason}")
    result = survey_by(who, "namespaces", False, True)
    assert result["label"].endswith("+no-proc")
    assert not [name for name in (*REAL, *REAL_FOR_ROOT, *OTHERS) if result["found"][name] is True]
    assert result["found"]["processes"] == 0
