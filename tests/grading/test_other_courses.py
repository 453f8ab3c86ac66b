"""Styles of tests that public nbgrader courses use, in small fixtures of our own.

`benchmarks/courses.py` runs the courses themselves; nothing of theirs is here.
"""

import sys
from pathlib import Path

import pytest

# Helper modules are imported by name.
sys.path.insert(0, str(Path(__file__).parent / "outside"))

from grading_examples import notebook
from outside_examples import Row, grade_outside, metadata, read_row

FIXTURES = Path(__file__).parents[1] / "fixtures" / "courses"
ROWS = [read_row(path) for path in sorted(FIXTURES.glob("*.py"))]
SUPPORTED = [pytest.param(row, id=row.name) for row in ROWS if row.supported]
PRELOAD = ("numpy", "matplotlib.pyplot")


def test_the_fixtures_are_there():
    assert len(ROWS) >= 6


@pytest.mark.parametrize("row", SUPPORTED)
def test_an_honest_answer_earns_all(row, tmp_path):
    marks, done = grade_outside(row, row.answers, tmp_path, preload=PRELOAD)
    assert set(marks.values()) == {1.0}, [cell.outputs for cell in done.notebook.cells]


@pytest.mark.parametrize("row", SUPPORTED)
def test_a_wrong_answer_earns_nothing(row, tmp_path):
    marks, _done = grade_outside(row, row.wrong, tmp_path, preload=PRELOAD)
    assert set(marks.values()) == {0.0}


def test_a_test_may_call_functions_of_a_module_that_came_with_the_assignment(tmp_path):
    module = tmp_path / "course" / "seatests.py"
    module.parent.mkdir()
    module.write_text("def look(level):\n    assert level == 7, 'another level'\n")
    answer = metadata("answer", solution=True)
    test = metadata("hidden", grade=True, locked=True)
    from nbformat.v4 import new_code_cell

    source = notebook(
        new_code_cell("### BEGIN SOLUTION\nlevel = 7\n### END SOLUTION", metadata=answer),
        new_code_cell("from seatests import look\nlook(level)", metadata=test),
    )
    row = Row("module", "", True, source, {}, {}, ())
    for text, points in (("level = 7", 1.0), ("level = 8", 0.0)):
        cwd = tmp_path / f"work-{points}"
        cwd.mkdir()
        # What a learner puts in the place of the module is the learner's.
        (cwd / "seatests.py").write_text("def look(level): pass")
        marks, _done = grade_outside(row, {"answer": text}, cwd, files={"seatests.py": module})
        assert marks == {"hidden": points}
