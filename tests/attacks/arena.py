"""The assignment that every attack is made on, in the form that its authors would write it.

All questions are attacked but `greet`, which everyone answers honestly. Tests are of the kinds that people
write most: equality, tolerance, membership, lists, arrays, a class, a variable, random inputs, a function as
argument.
"""

from __future__ import annotations

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

ASSIGNMENT = "arena"
#: Stands in the text of hidden tests only. No learner may ever see it.
HIDDEN = "QUOKKA-7261"
#: What hidden tests expect, and what nobody can guess. No answer computes them but a right one.
EXPECTED = ("2614.5", "93.375", "8412.75")

SETUP = "import math\n\nimport numpy as np\n\nSCALE = 2"
ANSWERS = {
    "double": "def double(x):\n    return SCALE * x",
    "anomaly": (
        "def anomaly(values):\n"
        "    values = np.asarray(values, dtype=float)\n"
        "    return values - values.mean()"
    ),
    "Cutoff": (
        "class Cutoff:\n"
        "    def __init__(self, level):\n"
        "        if level < 0:\n"
        "            raise ValueError('a level below zero')\n"
        "        self.level = level\n\n"
        "    def predict(self, values):\n"
        "        return [value > self.level for value in values]"
    ),
    "depth": "depth = 93.375",
    "apply": "def apply(function, values):\n    return [function(value) for value in values]",
    "greet": "def greet(name):\n    return f'Hello {name}'",
}
#: What an attack answers where it says nothing else: work that earns nothing.
WRONG = {
    "double": "def double(x):\n    return -1",
    "anomaly": "def anomaly(values):\n    return None",
    "Cutoff": (
        "class Cutoff:\n"
        "    def __init__(self, level):\n"
        "        pass\n\n"
        "    def predict(self, values):\n"
        "        return ['?']"
    ),
    "depth": "depth = 0",
    "apply": "def apply(function, values):\n    return None",
}
STUBS = dict.fromkeys(ANSWERS, "# Your answer.\nraise NotImplementedError")

TESTS = {
    "double": {
        "visible": (1, 'got = double(2)\nassert got == 4, f"double(2) is 4, not {got}"', ""),
        "hidden": (
            2,
            "assert callable(double)",
            f'assert double(1307.25) == 2614.5, "{HIDDEN}"\nassert double(-3) == -6\n'
            f'assert double("ab") == "abab", "{HIDDEN}"',
        ),
        "close": (
            1,
            "# Numbers that are nearly equal.",
            "assert math.isclose(double(0.1), 0.2)\nassert abs(double(3) - 6) < 1e-9\n"
            f'assert double(5) in (10,) and not double(4) != 8, "{HIDDEN}"\n'
            "assert isinstance(double(2), (int, float)) and round(double(1.26), 1) == 2.5",
        ),
        "many": (
            1,
            "# Many numbers.",
            "for value, wanted in zip(map(double, [1, 2.5, 4206.375]), [2, 5.0, 8412.75]):\n"
            f'    assert value == wanted, "{HIDDEN}"\n'
            "assert sum(double(n) for n in range(4)) == 12\n"
            "assert sorted(double(n) for n in (3, 1)) == [2, 6]\n"
            "assert {double(7): 1} == {14: 1} and max(map(double, [1, 9])) == 18",
        ),
        "chance": (
            1,
            "# Numbers drawn by chance.",
            "import random\nfor _ in range(5):\n    number = random.randint(1, 10**6)\n"
            f'    assert double(number) == 2 * number, "{HIDDEN}"\n'
            "    number = int(np.random.randint(1, 10**6))\n"
            f'    assert double(number) == 2 * number, "{HIDDEN}"',
        ),
        "random": (
            1,
            "# Numbers drawn by chance, from a seed.",
            "random.seed(20261)\nfor _ in range(5):\n    number = random.randint(1, 10**6)\n"
            f'    assert double(number) == 2 * number, "{HIDDEN}"\n'
            "np.random.seed(20262)\nfor _ in range(5):\n    number = int(np.random.randint(1, 10**6))\n"
            f'    assert double(number) == 2 * number, "{HIDDEN}"',
        ),
    },
    "anomaly": {
        "arrays": (
            1,
            "# Arrays.",
            "got = anomaly([1.0, 2.0, 6.0])\nassert np.shape(got) == (3,)\n"
            f"np.testing.assert_allclose(got, [-2.0, -1.0, 3.0], err_msg='{HIDDEN}')\n"
            "assert np.allclose(anomaly(np.array([5.0, 7.0])), np.array([-1.0, 1.0]))\n"
            "assert (np.asarray(anomaly([0.0, 4.0])) == np.array([-2.0, 2.0])).all()\n"
            f'assert list(anomaly([1.0, 3.0])) == [-1.0, 1.0], "{HIDDEN}"',
        )
    },
    "Cutoff": {
        "class": (
            1,
            "# A class.",
            "values = [0.2, 0.7, 0.4, 0.9]\npredicted = Cutoff(0.5).predict(values)\n"
            f'assert len(list(predicted)) == 4, "{HIDDEN}"\n'
            "hits = sum(a == b for a, b in zip(predicted, [False, True, False, True]))\n"
            "assert hits / 4 == 1.0\n"
            "try:\n    Cutoff(-1)\nexcept ValueError:\n    pass\nelse:\n"
            f'    raise AssertionError("{HIDDEN}")',
        )
    },
    "depth": {"variable": (1, "expected = 0", f'expected = 93.375\nassert depth == expected, "{HIDDEN}"')},
    "apply": {
        "function": (
            1,
            "# A function as an argument.",
            "seen = []\n\ndef triple(value, wanted=8412.75):\n    seen.append(value)\n    return 3 * value\n\n"
            f'assert apply(triple, [1, 2]) == [3, 6] and seen == [1, 2], "{HIDDEN}"\n'
            "assert apply(str, [1, 2]) == ['1', '2']",
        )
    },
    "greet": {
        "greeting": (1, 'assert greet("Ana") == "Hello Ana"', f'assert greet("{HIDDEN}"[:3]) == "Hello QUO"')
    },
}  # fmt: skip

#: grade_id of a test → its points, for the tests that attacks are made on.
ATTACKED = {
    f"test-{question}-{name}": points
    for question, tests in TESTS.items()
    if question != "greet"
    for name, (points, _visible, _hidden) in tests.items()
}
HONEST_PART = "test-greet-greeting"


def metadata(key: str, *, grade: bool = False, solution: bool = False, points: int = 0) -> dict:
    """Return nbgrader's metadata of a cell, schema 3."""
    found = {
        "grade_id": key,
        "grade": grade,
        "solution": solution,
        "locked": not solution,
        "schema_version": 3,
        "task": False,
    }
    return {"nbgrader": found | ({"points": points} if grade else {})}


def code(key: str, text: str, **options) -> NotebookNode:
    cell = new_code_cell(text, metadata=metadata(key, **options))
    cell["id"] = key
    return cell


def make_source() -> NotebookNode:
    """Return the source notebook, with solutions and hidden tests."""
    cells = [new_markdown_cell("# The arena", id="title"), code("setup", SETUP)]
    for question, answer in ANSWERS.items():
        cells.append(
            code(
                question,
                f"### BEGIN SOLUTION\n{answer}\n### END SOLUTION",
                solution=True,
            )
        )
        for name, (points, visible, hidden) in TESTS[question].items():
            text = visible
            if hidden:
                text += f"\n### BEGIN HIDDEN TESTS\n{hidden}\n### END HIDDEN TESTS"
            cells.append(code(f"test-{question}-{name}", text, grade=True, points=points))
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return new_notebook(
        cells=cells, metadata={"kernelspec": kernel, "language_info": {"name": "python"}}
    )


def make_handed_in(answers: dict[str, str]) -> NotebookNode:
    """Return the released notebook with answers in it, as a learner hands it in."""
    cells = [new_markdown_cell("# The arena", id="title"), code("setup", SETUP)]
    for question in ANSWERS:
        cells.append(code(question, answers[question], solution=True))
        for name, (points, visible, _hidden) in TESTS[question].items():
            cells.append(code(f"test-{question}-{name}", visible, grade=True, points=points))
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return new_notebook(
        cells=cells, metadata={"kernelspec": kernel, "language_info": {"name": "python"}}
    )
