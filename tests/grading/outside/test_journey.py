"""What a journey keeps apart: files of the tests, set-up cells that a learner changed, outputs."""

import copy

import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output
from outside_examples import Row, grade_outside, metadata, submit

from kit.grading.execution import Stop, StoppedError
from kit.grading.outside.journey import clean_outputs, keep_verdict
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


def test_a_hidden_test_that_ran_inside_tells_its_verdict_and_no_text():
    said = [
        new_output("stream", name="stdout", text="assert f(21) == 42"),
        new_output("execute_result", data={"text/plain": "0.5"}),
        new_output("execute_result", data={"text/plain": "the hidden text"}),
        new_output("error", ename="The_hidden_text", evalue="42", traceback=["f(21) == 42"]),
        new_output("stream", name="stderr", text="FAILED (failures=1)\n42"),
    ]
    kept = keep_verdict(said)
    assert [one.output_type for one in kept] == ["execute_result", "error", "error"]
    assert [one.get("ename") for one in kept] == [None, "Exception", "AssertionError"]
    assert "42" not in str(kept) and "hidden" not in str(kept)


def test_hidden_text_of_a_test_that_runs_inside_is_in_no_output(tmp_path):
    source = copy.deepcopy(SOURCE)
    source.cells = source.cells[1:]
    source.cells[0].source = "### BEGIN SOLUTION\ndef f(x):\n    return 3 * x\n### END SOLUTION"
    source.cells[1].source = (
        "# Hidden.\n### BEGIN HIDDEN TESTS\nimport inspect\n"
        "assert 'return' in inspect.getsource(f) and f(2) == 6, 'SECRET-TEXT'\n### END HIDDEN TESTS"
    )
    spy = (
        "import os, sys\ndef f(x):\n    text = str(sys._getframe(1).f_globals.get('In'))\n"
        "    print(text)\n    open('seen', 'w').write(text)\n    raise TypeError(text)"
    )
    row = Row("spy", "", True, source, {"answer": spy}, {}, (("hidden", "print(os.listdir())"),))
    marks, done = grade_outside(row, {"answer": spy}, tmp_path)
    assert marks == {"hidden": 0.0} and done.inside
    assert "SECRET-TEXT" not in str([cell.get("outputs") for cell in done.notebook.cells])
    assert "seen" not in str(done.notebook.cells[-1].outputs)
