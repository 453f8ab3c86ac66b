"""A submission can not stop its own grading, and nothing of it survives."""

import sys
import threading
import time

import psutil
import pytest
from grading_examples import cell, notebook
from nbformat.v4 import new_output

from kit.errors import KitError
from kit.grading import execution
from kit.grading.assignment import Limits
from kit.grading.execution import Stop, StoppedError
from kit.grading.inside import kernel
from kit.grading.inside.journey import execute_inside


def errors(executed):
    """The name of the error of each code cell, or None."""
    return [
        next((output.ename for output in item.outputs if output.output_type == "error"), None)
        for item in executed.notebook.cells
    ]


def text(item):
    return "".join(o.get("text", "") for o in item.outputs if o.output_type == "stream")


linux = pytest.mark.skipif(sys.platform != "linux", reason="warm kernels need Linux")
both = pytest.mark.parametrize(
    "warm", [pytest.param(True, marks=linux), False], ids=["warm", "cold"]
)


def run(tmp_path, *sources, warm=False, **options):
    made = notebook(*(cell(source) for source in sources))
    return execute_inside(made, cwd=tmp_path, warm=warm, **options)


def marked_processes():
    found = []
    for process in psutil.process_iter():
        try:
            if kernel.MARK in process.environ():
                found.append(process)
        except psutil.Error:
            continue
    return found


def test_a_notebook_goes_on_past_errors_exits_and_hidden_tracebacks(tmp_path):
    made = notebook(
        cell("import os, sys\nprint(os.getcwd(), os.environ['NBGRADER_EXECUTION'])\nx = 1"),
        cell("1 / 0"),
        cell("sys.exit(0)"),
        cell("get_ipython().showtraceback = lambda *a, **k: None\nraise KeyError('unseen')"),
        cell("print('y' * 3_000_000)"),
        cell("import warnings\nwarnings.warn('only a warning')\nx + 1"),
        cell(""),
        cell("text", kind="markdown"),
    )
    made.cells[0].outputs = [new_output("stream", name="stdout", text="forged")]
    executed = execute_inside(made, cwd=tmp_path, warm=False)
    assert errors(execution.Execution(notebook(*executed.notebook.cells[:6]))) == [
        None, "ZeroDivisionError", "SystemExit", "KeyError", None, None,
    ]  # fmt: skip
    assert text(executed.notebook.cells[0]).split() == [str(tmp_path), "autograde"]
    assert len(text(executed.notebook.cells[4])) < 1_100_000
    assert "left out" in text(executed.notebook.cells[4])
    assert executed.notebook.cells[5].outputs[-1].data["text/plain"] == "2"
    assert (executed.restarts, executed.events) == (0, ())
    assert text(made.cells[0]) == "forged"


@both
def test_a_cell_that_kills_its_kernel_costs_only_itself(tmp_path, warm):
    executed = run(
        tmp_path,
        "import os\nvalues = [1]",
        "values.append(2)\nprint('shown once')",
        "os._exit(0)",
        "print(values)",
        warm=warm,
    )
    assert executed.warm == warm
    assert errors(executed) == [None, None, execution.DIED, None]
    assert text(executed.notebook.cells[1]) == "shown once\n"
    assert text(executed.notebook.cells[3]) == "[1, 2]\n"
    assert executed.restarts == 1
    assert executed.events == ("Cell 3 was stopped: it ended the Python process.",)


@both
def test_an_endless_loop_costs_its_time_once_and_the_other_cells_still_run(tmp_path, warm):
    executed = run(
        tmp_path,
        "values = [1]",
        "while True: pass",
        "print(values)",
        "while True:\n    try:\n        while True: pass\n    except KeyboardInterrupt:\n        pass",
        "print('never')",
        limits=Limits(wall_seconds=2),
        warm=warm,
    )
    assert errors(executed) == [
        None, execution.TIMED_OUT, None, execution.TIMED_OUT, execution.NOT_RUN,
    ]  # fmt: skip
    assert text(executed.notebook.cells[2]) == "[1]\n"
    assert "within 2 seconds" in executed.events[0]
    assert executed.events[-1] == "The last code cell was not run."


@both
def test_too_much_memory_is_stopped_and_daemons_do_not_survive(tmp_path, warm):
    daemon = (
        "import subprocess, sys, os\n"
        "for options in ({}, {'start_new_session': True}):\n"
        "    child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'], **options)\n"
        "    print(child.pid)"
    )
    hungry = "data = []\nwhile True: data.append(bytearray(10_000_000))"
    executed = run(tmp_path, daemon, hungry, "print('on')", limits=Limits(60, 400), warm=warm)
    assert errors(executed) == [None, execution.OUT_OF_MEMORY, None]
    assert "400 MB" in executed.events[0]
    for pid in map(int, text(executed.notebook.cells[0]).split()):
        deadline = time.monotonic() + 5
        while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
            assert time.monotonic() < deadline, f"process {pid} survived"
            time.sleep(0.05)


def test_an_execution_ends_when_asked_and_leaves_no_process(tmp_path):
    stop = Stop()
    started = tmp_path / "started"
    caught = []

    def work():
        try:
            run(tmp_path, f"open({str(started)!r}, 'w').close()\nwhile True: pass", stop=stop)
        except StoppedError as err:
            caught.append(err)

    before = {process.pid for process in marked_processes()}
    thread = threading.Thread(target=work)
    thread.start()
    while not started.exists():
        time.sleep(0.02)
    mine = [process for process in marked_processes() if process.pid not in before]
    mine = [process for process in mine if process.cwd() == str(tmp_path)]
    assert mine
    stop.ask()
    thread.join(20)
    assert caught
    assert psutil.wait_procs(mine, timeout=5)[1] == []
    with pytest.raises(StoppedError):
        run(tmp_path, "1", stop=stop)


def test_an_unknown_kernel_is_a_fault_of_the_machine(tmp_path):
    made = notebook(cell("1"))
    made.metadata.kernelspec["name"] = "cobol"
    with pytest.raises(KitError, match="no kernel named 'cobol'"):
        execute_inside(made, cwd=tmp_path, warm=False)
