"""Small notebooks with nbgrader's cells, built in code so that a test shows what it depends on."""

import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook


def nbgrader(grade_id, *, grade=False, solution=False, locked=False, task=False, points=None):
    """nbgrader's metadata of schema 3."""
    data = {"schema_version": 3, "grade_id": grade_id, "grade": grade, "solution": solution}
    data |= {"locked": locked, "task": task}
    return {"nbgrader": data | ({} if points is None else {"points": points})}


def cell(text, metadata=None, *, kind="code"):
    make = new_code_cell if kind == "code" else new_markdown_cell
    metadata = metadata or {}
    made = make(text, metadata=metadata)
    identity = metadata.get("nbgrader", {}).get("grade_id")
    if identity:
        made["id"] = identity.replace(" ", "-")
    return made


def answer(grade_id, text):
    return cell(text, nbgrader(grade_id, solution=True))


def test_cell(grade_id, text, points=1):
    return cell(text, nbgrader(grade_id, grade=True, locked=True, points=points))


test_cell.__test__ = False


def written(grade_id, text, points=2):
    return cell(text, nbgrader(grade_id, grade=True, solution=True, points=points), kind="markdown")


def notebook(*cells):
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    made = new_notebook(metadata=metadata)
    made.cells = list(
        cells
    )  # set here because new_notebook mends the double ids that some tests need
    return made


def doubles():
    """An assignment of five points with every kind of cell that nbgrader knows."""
    return notebook(
        cell("# Doubles", kind="markdown"),
        cell("import math\nOFFSET = 0", nbgrader("setup", locked=True)),
        answer(
            "double",
            "def double(x):\n    ### BEGIN SOLUTION\n"
            "    return math.fsum([x, x]) + OFFSET\n    ### END SOLUTION",
        ),
        test_cell("test-visible", 'got = double(2)\nassert got == 4, f"double(2) is 4, not {got}"'),
        test_cell(
            "test-hidden",
            "assert callable(double)\n### BEGIN HIDDEN TESTS\n"
            'assert double(-7.25) == -14.5, "the secret case of a negative number"\n### END HIDDEN TESTS',
            points=2,
        ),
        written("why", "Because adding a number to itself doubles it, of course."),
        cell(
            "Find another use.\n=== BEGIN MARK SCHEME ===\nTwo points for any use whatsoever.\n"
            "=== END MARK SCHEME ===",
            nbgrader("task", locked=True, task=True, points=0),
            kind="markdown",
        ),
        answer("free", "def triple(x):\n    return math.fsum([x, x, x])"),
    )


def run_nbgrader(course, *arguments):
    """Run one of nbgrader's own commands in a course, as a mentor would."""
    bin_dir = str(Path(sys.executable).parent)
    env = {**os.environ, "PATH": bin_dir + os.pathsep + os.environ["PATH"]}
    command = [sys.executable, "-m", "nbgrader", *arguments]
    done = subprocess.run(command, cwd=course, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@contextmanager
def open_gradebook(course):
    """Open a gradebook with nbgrader's own class, as its formgrader does."""
    from nbgrader.api import Gradebook

    with Gradebook(course.db_url, course.course_id) as gradebook:
        yield gradebook
