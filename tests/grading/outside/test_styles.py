"""Each style of test that people write: honest work earns all of it, wrong work nothing."""

import pytest
from outside_examples import FIXTURES, grade_outside, read_row

ROWS = [read_row(path) for path in sorted(FIXTURES.glob("*.py"))]
# One server for all rows: libraries that rows import are loaded once.
PRELOAD = ("numpy", "pandas", "matplotlib.pyplot", "sklearn.linear_model", "torch")


every_row = pytest.mark.parametrize("row", [pytest.param(row, id=row.name) for row in ROWS])


@every_row
def test_an_honest_answer_earns_all_and_what_can_be_forged_is_labelled(row, tmp_path):
    marks, done = grade_outside(row, row.answers, tmp_path, preload=PRELOAD)
    errors = [
        out
        for cell in done.notebook.cells
        for out in cell.get("outputs", [])
        if out.output_type == "error"
    ]
    assert set(marks.values()) == {1.0}, errors
    assert bool(done.inside) != row.supported


@every_row
def test_a_wrong_answer_earns_nothing(row, tmp_path):
    marks, _done = grade_outside(row, row.wrong, tmp_path, added=False, preload=PRELOAD)
    assert set(marks.values()) == {0.0}


def test_a_comparison_of_the_learners_objects_is_labelled(tmp_path):
    row = next(row for row in ROWS if row.name == "student-equality")
    _marks, done = grade_outside(row, row.answers, tmp_path, preload=PRELOAD)
    assert set(done.believed.values()) == {("comparison",)}
