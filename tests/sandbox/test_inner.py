"""Inner walls: each submission in namespaces of its own, inside a server that is behind walls."""

import json
from pathlib import Path

import pytest

import kit

SERVER = """
import json, os, signal, sys, time
sys.path.append(sys.argv[1])
from kit.sandbox.inner import enter_inner
from kit.sandbox.limits import Limits

os.makedirs("/tmp/given", exist_ok=True)
open("/tmp/given/data.txt", "w").write("given")
open("/tmp/of-the-server", "w").write("secret")
server = os.getpid()

def submission(work):
    reader, writer = os.pipe()
    pid = os.fork()
    if pid:
        os.close(writer)
        return pid, reader
    try:
        os.close(reader)
        enter_inner(Limits(processes=10, disk_mb=4, files=100, file_mb=50), workdir="/tmp/given")
        os.write(writer, json.dumps(work()).encode())
    except BaseException as error:
        os.write(writer, json.dumps({"error": repr(error)}).encode())
    os._exit(7)

def refused(function):
    try:
        function()
    except OSError as error:
        return error.errno
    return 0

def first():
    open("/tmp/mine", "w").write("first")
    open("/dev/shm/mine", "w").write("first")
    for _ in range(3):
        if not os.fork():
            os.setsid()
            time.sleep(60)
    return {"pid": os.getpid()}

def second():
    from kit.sandbox import syscalls
    # Before there are processes of its own with small numbers.
    signal_to_server = refused(lambda: os.kill(server, 0))
    made = 0
    try:
        while made < 30:
            if not os.fork():
                time.sleep(60)
            made += 1
    except OSError:
        pass
    written = 0
    try:
        with open("big", "wb", buffering=0) as f:
            while written < 20_000_000:
                written += f.write(b"x" * 100_000)
    except OSError:
        pass
    return {
        "pid": os.getpid(), "uid": os.getuid(),
        "processes": len([n for n in os.listdir("/proc") if n.isdigit()]) - made,
        "tmp": os.listdir("/tmp"), "shm": os.listdir("/dev/shm"), "work": os.listdir("."),
        "sockets": os.path.exists("/run/sockets") and os.listdir("/run/sockets"),
        "unshare": refused(lambda: syscalls.unshare(syscalls.CLONE_NEWUSER)),
        "mount": refused(lambda: syscalls.mount("tmpfs", "/tmp", "tmpfs")),
        "signal": signal_to_server,
        "forks": made, "written": written,
    }

a, reader_a = submission(first)
answer_a = json.loads(os.read(reader_a, 10000))
b, reader_b = submission(second)
answer_b = json.loads(os.read(reader_b, 10000))
codes = [os.waitstatus_to_exitcode(os.waitpid(p, 0)[1]) for p in (a, b)]
time.sleep(0.1)
print(json.dumps({
    "first": answer_a, "second": answer_b, "codes": codes,
    "left": len([n for n in os.listdir("/proc") if n.isdigit()]),
    "server_tmp": sorted(os.listdir("/tmp")),
}))
"""


@pytest.fixture(scope="session")
def serve(drive, remember):
    @remember
    def run(who, tier, nested):
        package = Path(kit.__file__).parent
        shown = [package / "__init__.py", package / "sandbox"]
        job = {
            "code": SERVER,
            "arguments": [str(package.parent)],
            "tier": tier,
            "limits": {"wall_seconds": 30, "processes": 60, "disk_mb": 32, "memory_mb": 400},
            "options": {"read_only": [str(path) for path in shown], "nested": nested},
        }
        return drive("jobs", who=who, jobs=[job])[0]

    return run


@pytest.fixture
def served(serve, walls_of):
    who, tier = walls_of
    if tier == "landlock":
        pytest.skip("this tier has no namespaces")
    result = serve(who, tier, True)
    assert result.get("returncode") == 0, result
    return json.loads(result["stdout"])


def test_a_submission_is_the_first_process_of_its_own_table(served):
    assert served["first"] == {"pid": 1}
    assert served["second"]["pid"] == 1
    assert served["second"]["processes"] == 1


def test_a_submission_sees_nothing_of_the_server_or_of_another_one(served):
    assert served["second"]["tmp"] == served["second"]["shm"] == []
    assert not served["second"]["sockets"]
    assert served["second"]["signal"] == 3
    # A clone below /tmp is shown to the server by its own path.
    package = Path(kit.__file__).parent.parent
    shown = set(package.parts[2:3]) if package.is_relative_to("/tmp") else set()
    assert set(served["server_tmp"]) - shown == {"given", "of-the-server"}


def test_a_submission_gets_a_copy_of_what_it_needs(served):
    assert "data.txt" in served["second"]["work"]


def test_no_further_namespace_can_be_made(served):
    assert served["second"]["unshare"] == served["second"]["mount"] == 1


def test_limits_are_those_of_the_submission(served):
    assert 8 <= served["second"]["forks"] <= 11
    assert 0 < served["second"]["written"] <= 4_100_000


def test_the_end_of_its_first_process_ends_a_submission(served):
    assert served["codes"] == [7, 7]
    # The server, and the first process of the outer walls.
    assert served["left"] == 2


def test_without_leave_the_outer_walls_permit_no_inner_ones(serve, walls_of):
    if walls_of[1] == "landlock":
        pytest.skip("this tier has no namespaces")
    result = serve(*walls_of, False)
    assert "Operation not permitted" in result["stdout"] + result["stderr"]
