"""Wrong work earns nothing, however it goes about it, and hidden text never reaches the learner's process."""

import pytest
from nbformat.v4 import new_code_cell, new_notebook
from outside_examples import Row, grade_outside, metadata

from kit.grading.terms import Limits

HIDDEN = "assert f(21) == 42 and f(-3) == -6, 'SECRET-TEXT'"
SOURCE = new_notebook(
    cells=[
        new_code_cell("import math", metadata=metadata("setup", locked=True)),
        new_code_cell(
            "### BEGIN SOLUTION\ndef f(x):\n    return 2 * x\n### END SOLUTION",
            metadata=metadata("answer", solution=True),
        ),
        new_code_cell(
            f"# Hidden.\n### BEGIN HIDDEN TESTS\n{HIDDEN}\nassert math.isclose(f(0.5), 1.0)\n"
            "assert abs(f(8) - 16) < 1e-9\n### END HIDDEN TESTS",
            metadata=metadata("hidden", grade=True, locked=True),
        ),
        new_code_cell(
            "# Hidden, too.\n### BEGIN HIDDEN TESTS\nassert f(3) in (6,) and not f(4) != 8\n"
            "### END HIDDEN TESTS",
            metadata=metadata("other", grade=True, locked=True),
        ),
    ],
    metadata={"kernelspec": {"name": "python3", "language": "python", "display_name": "Python 3"}},
)

WRONG = "def f(x):\n    return 0\n"
ATTACKS = {
    "nothing": WRONG,
    "transformer drops assert": WRONG
    + """
import ast
class Drop(ast.NodeTransformer):
    def visit_Assert(self, node):
        return ast.Pass()
get_ipython().ast_transformers.append(Drop())
""",
    "input transformer deletes asserts": WRONG
    + """
get_ipython().input_transformers_cleanup.append(lambda lines: [x for x in lines if "assert" not in x])
""",
    "patched shell": WRONG
    + """
ip = get_ipython()
type(ip).run_cell = lambda self, *a, **k: None
ip.showtraceback = lambda *a, **k: None
ip.run = lambda *a, **k: ([], 1, True)
""",
    "patched session": WRONG
    + """
import json, sys
student = sys.modules["kit.grading.outside.student"]
wire = sys.modules["kit.grading.outside.wire"]
send = wire.send
def forged(connection, data, **k):
    return send(connection, data.replace(b'"error"', b'"value"'), **k)
wire.send = student.wire.send = forged
""",
    "equals everything": """
class Yes:
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __lt__(self, other): return True
    def __contains__(self, other): return True
    def __bool__(self): return True
    def __sub__(self, other): return 0.0
    def __rsub__(self, other): return 0.0
    def __abs__(self): return 0.0
    __hash__ = None
def f(x):
    return Yes()
""",
    "int subclass": """
class Int(int):
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __sub__(self, other): return 0
def f(x):
    return Int(1)
""",
    "float that learns": """
class Learns:
    def __float__(self): return 1.0
    def __sub__(self, other): return Learns()
    def __abs__(self): return 0.0
    def __eq__(self, other): return other == other
def f(x):
    return Learns()
""",
    "claims to be int": """
class Meta(type):
    def __eq__(self, other): return True
    __hash__ = type.__hash__
class Fake(metaclass=Meta):
    __class__ = int
    def __eq__(self, other): return True
def f(x):
    return Fake()
""",
    "not implemented": "def f(x):\n    return NotImplemented",
    "forged answer on the link": WRONG
    + """
import os, socket, struct
from kit.grading.outside.codec import encode
message = encode({"value": 42, "stdout": "", "names": {}, "random": {}})
for fd in range(3, 64):
    try:
        os.write(fd, struct.pack("!Q", len(message)) + message)
    except OSError:
        pass
""",
    "reads frames": """
import sys
def f(x):
    frame = sys._getframe()
    while frame:
        for value in frame.f_locals.values():
            text = str(value)
            if "-".join(("SECRET", "TEXT")) in text:
                print("LEAKED")
        frame = frame.f_back
    return 0
""",
    "records cells": WRONG
    + """
seen = []
get_ipython().events.register("pre_run_cell", lambda info: seen.append(info.raw_cell))
def f(x):
    print([s for s in seen if "-".join(("SECRET", "TEXT")) in s] and "LEAKED")
    return 0
""",
    "reads all memory": """
import gc
def f(x):
    word = "-".join(("SECRET", "TEXT"))
    found = gc.get_referents(*gc.get_objects())
    if any(isinstance(o, str) and word in o and len(o) > len(word) for o in found):
        print("LEAKED")
    return 0
""",
    "patched libraries": WRONG
    + """
import builtins, math
math.isclose = lambda *a, **k: True
builtins.abs = lambda x: 0
builtins.AssertionError = type("AssertionError", (Exception,), {})
""",
    "rebinds names": WRONG + "\nmath = abs = assert_ = isinstance = lambda *a, **k: True\n",
    "exits": "def f(x):\n    import os\n    os._exit(0)",
    "raises SystemExit": "def f(x):\n    raise SystemExit(0)",
    "skips the test": "def f(x):\n    import unittest\n    raise unittest.SkipTest",
    "raises on exit": "class E(BaseException): pass\ndef f(x):\n    raise E",
    "names of classes": """
class AssertionError(Exception): pass
def f(x):
    raise AssertionError("x")
""",
    "results for points": WRONG + "\nclass R:\n    def __repr__(self): return '1.0'\nR()",
    "endless text": "def f(x):\n    return 'x' * 10**8",
    "deep answer": """
def f(x):
    deep = []
    for _ in range(100_000):
        deep = [deep]
    return deep
""",
}


def submit(tmp_path, answer, **options):
    row = Row("forging", "", True, SOURCE, {"answer": "def f(x):\n    return 2 * x"}, {}, ())
    return grade_outside(row, {"answer": answer}, tmp_path, **options)


def test_an_honest_answer_earns_all(tmp_path):
    marks, done = submit(tmp_path, "def f(x):\n    return x + x")
    assert marks == {"hidden": 1.0, "other": 1.0}
    assert not done.believed and not done.events


@pytest.mark.parametrize("answer", ATTACKS.values(), ids=ATTACKS)
def test_wrong_work_earns_nothing_and_sees_nothing(answer, tmp_path):
    marks, done = submit(tmp_path, answer)
    assert marks == {"hidden": 0.0, "other": 0.0}
    shown = [str(out) for cell in done.notebook.cells for out in cell.get("outputs", [])]
    assert not any("LEAKED" in text for text in shown)


def draw(tmp_path, test, honest, answer):
    setup = new_code_cell("import random, numpy as np", metadata=metadata("setup", locked=True))
    asked = new_code_cell(
        f"### BEGIN SOLUTION\n{honest}\n### END SOLUTION",
        metadata=metadata("answer", solution=True),
    )
    hidden = new_code_cell(
        f"# Hidden.\n### BEGIN HIDDEN TESTS\n{test}\n### END HIDDEN TESTS",
        metadata=metadata("hidden", grade=True, locked=True),
    )
    source = new_notebook(cells=[setup, asked, hidden], metadata=SOURCE.metadata)
    row = Row("chance", "", True, source, {"answer": honest}, {}, ())
    marks, done = grade_outside(row, {"answer": answer or honest}, tmp_path)
    return marks["hidden"], done.believed.get("hidden", ())


TWICE = "def f(x):\n    return 2 * x"
KNOWS = "def f(x):\n    {seed}\n    return {{n: 2 * n for n in {known}}}.get(x, 0)"
DRAWS = {
    "python": (
        "for _ in range(3):\n    n = random.randint(1, 10**6)\n    f(0)\n"
        "    n = random.randint(1, 10**6)\n    assert f(n) == 2 * n",
        KNOWS.format(seed="random.seed(7)", known="[random.Random(7).randint(1, 10**6)]"),
    ),
    "numpy": (
        "f(0)\nn = int(np.random.randint(1, 10**6))\nassert f(n) == 2 * n",
        KNOWS.format(
            seed="np.random.seed(7)", known="[int(np.random.RandomState(7).randint(1, 10**6))]"
        ),
    ),
    "an argument": (
        "rng = np.random.default_rng(3)\ng(rng)\nn = int(rng.integers(1, 10**6))\nassert f(n) == 2 * n",
        KNOWS.format(seed="pass", known="[int(np.random.default_rng(7).integers(1, 10**6))]")
        + "\ndef g(rng):\n    rng.bit_generator.state = np.random.default_rng(7).bit_generator.state",
    ),
}


@pytest.mark.parametrize(("test", "answer"), DRAWS.values(), ids=DRAWS)
def test_an_answer_does_not_choose_what_a_test_draws(test, answer, tmp_path):
    honest = TWICE + "\ndef g(rng):\n    return None"
    assert draw(tmp_path, test, honest, "")[0] == 1
    assert draw(tmp_path, test, honest, answer)[0] == 0


def test_where_a_test_goes_on_from_where_the_solution_left_a_generator_that_is_said(tmp_path):
    test = "random.seed(1)\nfirst = f(0)\nassert random.random() != first"
    assert draw(tmp_path, test, "def f(x):\n    return random.random()", "") == (1, ("chance",))
    seeded = "random.seed(1)\nfirst = f(0)\nrandom.seed(1)\nassert random.random() == first"
    assert draw(tmp_path, seeded, "def f(x):\n    return random.random()", "") == (1, ())


def test_every_test_may_crash_and_the_others_still_count(tmp_path):
    tests = [
        new_code_cell(
            f"# Hidden {n}.\n### BEGIN HIDDEN TESTS\nassert f({n}) == {2 * n}\n### END HIDDEN TESTS",
            metadata=metadata(f"hidden-{n}", grade=True, locked=True),
        )
        for n in range(8)
    ]
    source = new_notebook(cells=[*SOURCE.cells[:2], *tests], metadata=SOURCE.metadata)
    row = Row("crashes", "", True, source, {"answer": TWICE}, {}, ())
    answer = "import os\ndef f(x):\n    if x < 7:\n        os._exit(1)\n    return 2 * x"
    marks, _done = grade_outside(row, {"answer": answer}, tmp_path)
    assert sum(marks.values()) == 1 and marks["hidden-7"] == 1


def test_every_test_may_hang_and_what_others_answer_still_counts(tmp_path):
    source = new_notebook(cells=[*SOURCE.cells], metadata=SOURCE.metadata)
    for name, text in (("again", "assert f(21) == 42"), ("more", "assert f(21) == 42")):
        hidden = f"# Hidden.\n### BEGIN HIDDEN TESTS\n{text}\n### END HIDDEN TESTS"
        cell = new_code_cell(hidden, metadata=metadata(name, grade=True, locked=True))
        source.cells.insert(2, cell)
    row = Row("hangs", "", True, source, {"answer": TWICE}, {}, ())
    answer = "def f(x):\n    while x == 21:\n        pass\n    return 2 * x"
    marks, done = grade_outside(row, {"answer": answer}, tmp_path, limits=Limits(wall_seconds=6))
    assert marks == {"more": 0, "again": 0, "hidden": 0, "other": 1}
    assert "that was left" in done.events[2]


def test_a_crash_costs_one_question(tmp_path):
    answer = "calls = 0\ndef f(x):\n    import os\n    if x == 21:\n        os._exit(0)\n    return 2 * x"
    marks, done = submit(tmp_path, answer)
    assert marks == {"hidden": 0.0, "other": 1.0}
    assert done.restarts == 1 and len(done.events) == 1


def test_a_loop_without_end_costs_one_question(tmp_path):
    answer = """
import signal
def f(x):
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while x == 21:
        pass
    return 2 * x"""
    marks, done = submit(tmp_path, answer, limits=Limits(wall_seconds=5))
    assert marks == {"hidden": 0.0, "other": 1.0}
    assert "5 seconds" in done.events[0]


def test_many_short_calls_end_with_the_deadline_of_the_test(tmp_path):
    answer = "def f(x):\n    while x == 21:\n        yield 1\n    return"
    marks, _done = submit(tmp_path, answer, limits=Limits(wall_seconds=5))
    assert set(marks.values()) == {0.0}


def test_a_cell_that_ends_the_process_costs_itself(tmp_path):
    answer = "def f(x):\n    return 2 * x\n"
    row = Row("forging", "", True, SOURCE, {}, {}, (("answer", "import os\nos._exit(3)"),))
    marks, done = grade_outside(row, {"answer": answer}, tmp_path)
    assert marks == {"hidden": 1.0, "other": 1.0}
    assert "ended the Python process" in done.events[0]
