"""What a journey keeps apart: files of the tests, set-up cells that a learner changed, outputs."""

import pytest
from nbformat.v4 import new_code_cell, new_notebook
from outside_examples import Row, grade_outside, metadata, submit

from kit.grading.execution import Stop, StoppedError
from kit.grading.outside.journey import clean_outputs
from kit.grading.outside.session import execute_outside

SOURCE = new_notebook(
    cells=[
        new_code_cell(
            "scale = float(open('scale.txt').read())", metadata=metadata("setup", locked=True)
        ),
        new_code_cell(
            "### BEGIN SOLUTION\ndef f(x):\n    return scale * x\n### END SOLUTION",
            metadata=metadata("answer", solution=True),
        ),
        new_code_cell(
            "# Hidden.\n### BEGIN HIDDEN TESTS\nassert f(2) == 2 * scale == 6\n### END HIDDEN TESTS",
            metadata=metadata("hidden", grade=True, locked=True),
        ),
    ],
    metadata={"kernelspec": {"name": "python3", "language": "python", "display_name": "Python 3"}},
)
RIGHT = "def f(x):\n    return scale * x"


@pytest.fixture
def folders(tmp_path):
    file = tmp_path / "course" / "scale.txt"
    file.parent.mkdir()
    file.write_text("3.0")
    cwd = tmp_path / "work"
    cwd.mkdir()
    (cwd / "scale.txt").write_text("3.0")
    return cwd, {"scale.txt": file}


def grade(answer, folders, added=()):
    cwd, files = folders
    row = Row("files", "", True, SOURCE, {}, {}, tuple(added))
    return grade_outside(row, {"answer": answer}, cwd, files=files)


def test_tests_read_the_instructors_files(folders):
    assert grade(RIGHT, folders)[0] == {"hidden": 1.0}


def test_what_an_answer_does_to_its_copy_of_a_file_does_not_reach_the_tests(folders):
    answer = "open('scale.txt', 'w').write('0.5')\nscale = 0.5\n" + RIGHT
    assert grade(answer, folders)[0] == {"hidden": 0.0}


def test_a_module_beside_the_answer_is_not_imported_by_tests(folders):
    (folders[0] / "math.py").write_text("isclose = lambda *a: True")
    assert grade("def f(x):\n    return 0", folders)[0] == {"hidden": 0.0}


def test_cells_of_the_learner_have_their_outputs(folders):
    cell = (
        "answer",
        "print('hello')\nfrom IPython.display import HTML, display\ndisplay(HTML('<b>x</b>'))\n1 + 1",
    )
    _marks, done = grade(RIGHT, folders, [cell])
    outputs = done.notebook.cells[2].outputs
    assert [one.output_type for one in outputs] == ["stream", "display_data", "execute_result"]
    assert outputs[0].text == "hello\n" and outputs[1].data["text/html"] == "<b>x</b>"
    assert outputs[2].data["text/plain"] == "2" and done.notebook.cells[2].execution_count == 3


def test_magics_and_shell_commands_of_a_learner_work(folders):
    _marks, done = grade(
        RIGHT,
        folders,
        [("answer", "%time 1\n!echo sea"), ("answer", "await __import__('asyncio').sleep(0, 7)")],
    )
    shown = [str(one) for cell in done.notebook.cells for one in cell.outputs]
    assert any("Wall time" in text for text in shown) and any("sea" in text for text in shown)
    assert any("'7'" in text for text in shown)


def test_the_notebook_that_was_given_is_not_changed(folders):
    cwd, files = folders
    master, notebook = submit(Row("files", "", True, SOURCE, {}, {}, ()), {"answer": RIGHT})
    before = str(notebook)
    execute_outside(notebook, master=master, cwd=cwd, files=files)
    assert str(notebook) == before


def test_an_execution_can_be_stopped(folders):
    cwd, files = folders
    master, notebook = submit(
        Row("files", "", True, SOURCE, {}, {}, ()), {"answer": "import time\ntime.sleep(60)"}
    )
    stop = Stop()
    stop.ask()
    with pytest.raises(StoppedError):
        execute_outside(notebook, master=master, cwd=cwd, files=files, stop=stop)


def test_outputs_that_are_not_nbformats_are_left_out():
    odd = [
        1,
        {},
        {"output_type": "stream", "name": "x", "text": ""},
        {"output_type": "error"},
        {"output_type": "input"},
    ]
    good = {"output_type": "stream", "name": "stdout", "text": "a"}
    assert clean_outputs([*odd, good]) == [good]
    assert clean_outputs(None) == []
