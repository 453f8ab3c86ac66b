"""Life and death of warm kernels: interrupt, restart, shutdown, and that nobody is left behind."""

import json
import os
import select
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import nbformat
import pytest

from kit.kernels import client

SLEEPER = """
import os, subprocess, time
child = subprocess.Popen(["sleep", "600"])
open("pids.tmp", "w").write(f"{os.getpid()} {child.pid}")
os.rename("pids.tmp", "pids")
time.sleep(600)
"""


@pytest.fixture(scope="module")
def place(light_place):
    return light_place


def has_ended(pid, seconds=20):
    """Wait for the end of a process that need not be ours; a zombie has ended."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        return bool(poll.poll(seconds * 1000))
    finally:
        os.close(descriptor)


def wait_for(path: Path, seconds=60):
    deadline = time.monotonic() + seconds
    while not path.exists():
        assert time.monotonic() < deadline, f"{path} has not come"
        time.sleep(0.02)
    return path.read_text()


def begin_to_wait(kernel, folder: Path):
    """Run a cell that waits for ever, and return when it does: an interrupt before that would be lost."""
    begun = folder / "begun"
    code = f"import time; open({str(begun)!r}, 'w').close(); time.sleep(600)"
    kernel.client.execute(code)
    wait_for(begun)


def only_server(place):
    servers = client.list_servers(place)
    assert len(servers) == 1
    return servers[0]


def test_an_interrupt_stops_the_cell_and_the_process_it_waits_for(start, tmp_path):
    kernel = start(cwd=str(tmp_path))
    message = kernel.client.execute(
        "import subprocess; subprocess.run(['sh', '-c', 'touch begun; exec sleep 600'])"
    )
    wait_for(tmp_path / "begun")
    kernel.manager.interrupt_kernel()
    reply = kernel.client.get_shell_msg(timeout=20)
    assert (reply["parent_header"]["msg_id"], reply["content"]["ename"]) == (
        message,
        "KeyboardInterrupt",
    )
    assert kernel.run("print(1)").text == "1\n"


def test_a_restarted_kernel_is_warm_and_new(start):
    kernel = start()
    before = kernel.pid
    kernel.run("x = 1")
    kernel.client.stop_channels()
    kernel.manager.restart_kernel()
    kernel.connect()
    assert kernel.is_warm and kernel.pid != before
    assert kernel.run("x").error == "NameError"
    assert has_ended(before)


def test_a_killed_kernel_is_seen_to_be_dead_and_its_exit_code_is_known(start):
    kernel = start()
    process = kernel.manager.provisioner.process
    os.kill(kernel.pid, signal.SIGKILL)
    assert process.wait(10) == -signal.SIGKILL
    assert not kernel.manager.is_alive()


def test_the_exit_code_of_a_kernel_that_ends_itself_is_known(start):
    kernel = start()
    process = kernel.manager.provisioner.process
    kernel.client.execute("import os; os._exit(7)")
    assert process.wait(10) == 7


def test_a_kernel_is_stopped_without_being_killed(start):
    kernel = start()
    process = kernel.manager.provisioner.process
    kernel.run("print(1)")
    kernel.close()
    assert process.poll() == 0


def debug(kernel, command, arguments=None):
    """Send one request of the debugger and return the body of its answer."""
    session = kernel.client.session
    content = {"type": "request", "seq": 1, "command": command, "arguments": arguments or {}}
    message = session.msg("debug_request", content)
    kernel.client.control_channel.send(message)
    while True:
        reply = kernel.client.get_control_msg(timeout=30)
        if reply["parent_header"].get("msg_id") == message["header"]["msg_id"]:
            return reply["content"]


def wait_for_stop(kernel):
    while True:
        message = kernel.client.get_iopub_msg(timeout=30)
        if message["msg_type"] == "debug_event" and message["content"]["event"] == "stopped":
            return message["content"]["body"]["threadId"]


def test_a_debugger_stops_at_a_breakpoint_and_the_kernel_can_be_interrupted_and_restarted_after(
    start, tmp_path
):
    kernel = start()
    code = "def f():\n    x = 1\n    return x + 1\n\nprint(f())"
    assert debug(kernel, "initialize", {"clientID": "test", "adapterID": "x"})["success"]
    assert debug(kernel, "attach")["success"]
    source = debug(kernel, "dumpCell", {"code": code})["body"]["sourcePath"]
    debug(kernel, "setBreakpoints", {"source": {"path": source}, "breakpoints": [{"line": 3}]})
    debug(kernel, "configurationDone")
    kernel.client.execute(code)
    thread = wait_for_stop(kernel)
    frames = debug(kernel, "stackTrace", {"threadId": thread})["body"]["stackFrames"]
    assert frames[0]["line"] == 3
    debug(kernel, "continue", {"threadId": thread})
    assert kernel.client.get_shell_msg(timeout=30)["content"]["status"] == "ok"

    begin_to_wait(kernel, tmp_path)
    kernel.manager.interrupt_kernel()
    assert kernel.client.get_shell_msg(timeout=30)["content"]["ename"] == "KeyboardInterrupt"
    before = kernel.pid
    kernel.client.stop_channels()
    kernel.manager.restart_kernel()
    kernel.connect()
    assert kernel.is_warm and has_ended(before)
    assert kernel.run("print(2)").text == "2\n"


def test_a_server_that_crashes_is_replaced_and_its_kernels_go_on(start, place, tmp_path):
    old = start()
    path = only_server(place)
    crashed = client.ask_server(path, client.STATUS)["pid"]
    os.kill(crashed, signal.SIGKILL)
    assert has_ended(crashed)
    assert old.run("print('alive')").text == "alive\n"
    new = start()
    assert new.is_warm and client.ask_server(path, client.STATUS)["pid"] != crashed
    begin_to_wait(old, tmp_path)
    old.manager.interrupt_kernel()
    assert old.client.get_shell_msg(timeout=20)["content"]["ename"] == "KeyboardInterrupt"
    pid = old.pid
    old.close()
    assert has_ended(pid)


def test_a_server_that_is_stopped_leaves_its_kernels_alone(start, place):
    kernel = start()
    path = only_server(place)
    assert client.ask_server(path, client.STOP)["kernels"] >= 1
    assert client.wait_until_stopped(path, 5)
    assert kernel.run("print('alive')").text == "alive\n"


def write_sleeper(folder: Path) -> Path:
    cell = nbformat.v4.new_code_cell(SLEEPER)
    notebook = nbformat.v4.new_notebook(cells=[cell])
    notebook.metadata["kernelspec"] = {
        "name": "python3-warm",
        "display_name": "w",
        "language": "python",
    }
    path = folder / "sleeper.ipynb"
    nbformat.write(notebook, path)
    return path


GRADER = """
import nbformat, sys
from nbconvert.preprocessors import ExecutePreprocessor
notebook = nbformat.read(sys.argv[1], 4)
ExecutePreprocessor(kernel_name="python3-warm", timeout=600).preprocess(notebook, {})
"""
OWN_CLASS = """
import nbformat, sys
from nbclient import NotebookClient
from kit.kernels import WarmKernelManager
notebook = nbformat.read(sys.argv[1], 4)
NotebookClient(notebook, kernel_name="python3", kernel_manager_class=WarmKernelManager).execute()
"""


PAPERMILL = ["-m", "papermill", "sleeper.ipynb", "out.ipynb", "--no-progress-bar"]


@pytest.mark.parametrize(
    ("command", "crash_first"),
    [
        (PAPERMILL, False),
        (PAPERMILL, True),
        (["-c", GRADER, "sleeper.ipynb"], False),
        (["-c", OWN_CLASS, "sleeper.ipynb"], False),
        (["-m", "kit", "run", "sleeper.ipynb"], False),
    ],
    ids=["papermill", "papermill, after the server has crashed", "grader", "nbclient", "kit run"],
)
def test_no_orphan_is_left_when_who_asked_is_killed(
    command, crash_first, environment, place, tmp_path
):
    write_sleeper(tmp_path)
    env = environment | {"PYTHONPATH": str(Path(__file__).parents[2]), "PYTHONWARNINGS": "ignore"}
    asked = subprocess.Popen([sys.executable, *command], cwd=tmp_path, env=env)
    try:
        kernel, child = map(int, wait_for(tmp_path / "pids").split())
        servers = [client.ask_server(path, client.STATUS) for path in client.list_servers(place)]
        keeper = next(s for s in servers if any(k["pid"] == kernel for k in s["kernels"]))
        if crash_first:
            os.kill(keeper["pid"], signal.SIGKILL)
            assert has_ended(keeper["pid"])
    finally:
        asked.kill()
        asked.wait()
    assert has_ended(kernel)
    assert has_ended(child)


def test_jupyterlab_starts_the_server_when_it_opens_and_leaves_no_orphan_when_it_is_killed(
    environment, place, tmp_path
):
    runtime = Path(environment["JUPYTER_RUNTIME_DIR"])
    command = [sys.executable, "-m", "jupyter", "lab", "--no-browser", "--port=0", "--allow-root"]
    command += [
        f"--ServerApp.root_dir={tmp_path}",
        "--ServerApp.token=t",
        "--ServerApp.log_level=ERROR",
    ]
    command += ["--ServerApp.jpserver_extensions=kit.kernels.extension=True"]
    env = environment | {"HF_HOME": str(tmp_path), "JUPYTER_CONFIG_DIR": str(tmp_path / "config")}
    env["PYTHONPATH"] = str(Path(__file__).parents[2])
    others = set(client.list_servers(place))
    lab = subprocess.Popen(command, env=env, cwd=tmp_path, stderr=subprocess.DEVNULL)
    try:
        note = json.loads(wait_for(runtime / f"jpserver-{lab.pid}.json"))
        deadline = time.monotonic() + 60
        while not (mine := set(client.list_servers(place)) - others):
            assert time.monotonic() < deadline, "JupyterLab has started no server"
            time.sleep(0.05)
        url = f"http://127.0.0.1:{note['port']}/api/kernels"
        deadline = time.monotonic() + 60
        while True:
            request = urllib.request.Request(
                url,
                json.dumps({"name": "python3-warm"}).encode(),
                {"Authorization": "token t"},
                method="POST",
            )
            try:
                with urllib.request.urlopen(request, timeout=60) as answer:
                    assert answer.status == 201
                break
            except urllib.error.HTTPError:
                raise
            except (ConnectionError, urllib.error.URLError):
                # It notes its port before it listens on it.
                assert time.monotonic() < deadline
                time.sleep(0.1)
        said = client.ask_server(mine.pop(), client.STATUS)
        pids = [kernel["pid"] for kernel in said["kernels"] if kernel["asked_by"] == lab.pid]
        assert len(pids) == 1
    finally:
        lab.kill()
        lab.wait()
    assert has_ended(pids[0])
