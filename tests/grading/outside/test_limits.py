"""Limits hold for all that a submission starts, say which was reached, and cost one question at most."""

import pytest
from outside_examples import Row, grade_outside, walls_here
from test_forging import SOURCE, submit

from kit.grading.terms import Limits

LIMITS = Limits(
    wall_seconds=60, memory_mb=500, cpu_seconds=4, processes=30, disk_mb=20, files=200, output_mb=2
)
# What an answer does when it is asked for 21; asked for anything else it is right.
HUNGRY = {
    "memory": "data = []\nwhile True:\n    data.append(bytearray(b'x' * 5_000_000))",
    "memory of children": (
        "import os, time\nfor _ in range(8):\n    if not os.fork():\n"
        "        data = bytearray(b'x' * 100_000_000)\n        time.sleep(60)\ntime.sleep(60)"
    ),
    "cpu": "while True:\n    pass",
    "cpu of children": (
        "import os, time\nfor _ in range(3):\n    if not os.fork():\n        while True:\n            pass\n"
        "time.sleep(60)"
    ),
}
# What is refused, and can be gone on from.
REFUSED = {
    "processes": (
        "import os, time\ntry:\n    for _ in range(60):\n"
        "        if not os.fork():\n            time.sleep(60)\n"
        "except OSError:\n    time.sleep(0.5)"
    ),
    "disk": (
        "import time\ntry:\n    with open('big', 'wb', buffering=0) as file:\n"
        "        while file.write(b'x' * 100_000):\n            pass\n"
        "except OSError:\n    time.sleep(0.5)"
    ),
    "files": (
        "import time\ntry:\n    for n in range(500):\n        open(str(n), 'w').close()\n"
        "except OSError:\n    time.sleep(0.5)"
    ),
}
SAID = {
    "memory": "more than 500 MB of memory",
    "cpu": "more than 4 seconds of processor time",
    "processes": "more than 30 processes",
    "disk": "more than 20 MB",
    "files": "more than 200 files",
}


def answer(does):
    body = "\n".join(" " * 8 + line for line in does.split("\n"))
    return f"def f(x):\n    if x == 21:\n{body}\n    return 2 * x"


@pytest.mark.parametrize("name", HUNGRY)
def test_what_takes_too_much_is_stopped_and_the_other_question_counts(name, tmp_path):
    marks, done = submit(tmp_path, answer(HUNGRY[name]), limits=LIMITS)
    assert marks == {"hidden": 0.0, "other": 1.0}
    assert SAID[name.split()[0]] in done.events[0]
    assert done.hits[0] == name.split()[0]


@pytest.mark.skipif(walls_here() is None, reason="needs inner walls")
@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_is_said_and_costs_nothing(name, tmp_path):
    marks, done = submit(tmp_path, answer(REFUSED[name]), limits=LIMITS)
    assert marks == {"hidden": 1.0, "other": 1.0}
    assert name in done.hits
    assert any(SAID[name] in event for event in done.events)


def test_output_without_end_is_left_out(tmp_path):
    text = "def f(x):\n    return 2 * x\nget_ipython().run_cell('1')\nprint('x' * 900_000)"
    added = ("answer", "print('y' * 900_000)"), ("answer", "print('z' * 900_000)")

    row = Row("output", "", True, SOURCE, {"answer": "def f(x):\n    return 2 * x"}, {}, added)
    marks, done = grade_outside(row, {"answer": text}, tmp_path, limits=LIMITS)
    assert marks == {"hidden": 1.0, "other": 1.0}
    assert "output" in done.hits
    assert sum(len(str(cell.get("outputs"))) for cell in done.notebook.cells) < 3_000_000
